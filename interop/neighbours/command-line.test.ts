import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { command, lines } from '../command.ts'
import { Kith } from '../kith.ts'
import { canMakeNetworks } from '../namespaces.ts'
import { pdf, printerHere } from '../peers/ippeveprinter.ts'
import { needs } from '../peers/process.ts'
import { temporary, until } from './people.ts'

/** Says it again until it prints what is meant: the other side does its part in its own time. */
async function says(kith: Kith, pattern: RegExp, ...words: readonly string[]): Promise<string> {
  return until(
    async () => {
      const text = await command(kith, ...words)
      return pattern.test(text) ? text : undefined
    },
    `kith ${words.join(' ')} says ${pattern.source}`,
  )
}

async function waiting(kith: Kith): Promise<readonly { readonly id: string }[]> {
  return JSON.parse(await command(kith, '--json', 'receive')) as readonly { readonly id: string }[]
}

/** A wrong word ends with a fault on the last line, and a code of its own. */
async function fails(kith: Kith, code: number, pattern: RegExp, ...words: readonly string[]): Promise<void> {
  await assert.rejects(command(kith, ...words), (error) => {
    const { code: got, stderr } = error as { code: number; stderr: string }
    assert.equal(got, code, `kith ${words.join(' ')}: ${stderr}`)
    assert.match(stderr, pattern)
    return true
  })
}

test('near, pair, send, receive, chat, play and internet from the command line', { timeout: 600_000 }, async (t) => {
  await using folder = await temporary()
  await using ann = await Kith.start(join(folder.path, 'ann'), ['general.device_name=ann'])
  await using bob = await Kith.start(join(folder.path, 'bob'), ['general.device_name=bob'])

  await t.test('near and pair', async () => {
    assert.match(await command(ann, 'near'), /No device is near/)
    await fails(ann, 1, /address/, 'near', 'meet', 'nowhere')
    assert.match(await command(ann, 'near', 'meet', `127.0.0.1:${await bob.port()}`), /bob +stranger/)
    await fails(ann, 1, /not paired/, 'send', join(folder.path), 'bob')
    const [here, there] = await Promise.all([
      command(ann, 'pair', 'bob', '--yes'),
      says(bob, /\d{6}: kith pair ann/, 'near').then(() => command(bob, 'pair', 'ann', '--yes')),
    ])
    const digits = /^\d{6}/.exec(here)?.[0]
    assert.ok(digits !== undefined && there.startsWith(digits), `${here}${there}`)
    assert.match(here, /bob is paired/)
    assert.match(there, /ann is paired/)
    assert.match(await command(ann, 'near', 'ls'), /bob +paired/)
    await fails(ann, 5, /no device “nobody”/, 'pair', 'nobody')
  })

  await t.test('send and receive, the shelf, and shared folders', async () => {
    const path = join(folder.path, 'a file.bin')
    const bytes = randomBytes(300_000)
    await writeFile(path, bytes)
    assert.match(await command(ann, 'send', path, 'bob'), /offered to bob/)
    assert.match(await says(bob, /a file\.bin/, 'receive'), /from ann/)
    const [gift] = await waiting(bob)
    assert.match(await command(bob, 'receive', gift!.id), /a file\.bin/)
    await until(async () => {
      const there = await readFile(join(bob.downloads, 'a file.bin')).catch(() => undefined)
      return there?.equals(bytes) === true ? true : undefined
    }, 'the file is there')
    assert.match(await command(ann, 'send', path, 'bob'), /offered/)
    const again = await until(async () => {
      const [one] = await waiting(bob)
      return one
    }, 'it is offered again')
    await command(bob, 'receive', again.id, '--refuse')
    assert.deepEqual(await waiting(bob), [])
    await fails(bob, 5, /no gift/, 'receive', 'nothing')
    await fails(ann, 5, /no file/, 'send', join(folder.path, 'nothing'), 'bob')

    const recipe = join(folder.path, 'recipe.txt')
    await writeFile(recipe, 'soup')
    assert.match(await command(bob, 'near', 'show', recipe), /kith|neighbours/)
    await says(ann, /recipe\.txt +4 B +kith:/, 'near', 'shelf', 'bob')

    // A row that was found begins like anything that is added.
    await says(ann, /^ +1 .*recipe\.txt/m, 'find', 'recipe', '--wait', '5')
    const begin = ['--sequential', '--files', '1-3', '--label', 'food', '--to', join(folder.path, 'food')]
    const [got] = (await lines(ann, 'get', '1', ...begin)) as readonly [{ readonly transfer: { readonly id: string } }]
    const { id } = got.transfer
    const { sequential, label, directory } = await ann.transfer(id)
    assert.deepEqual({ sequential, label, directory }, { sequential: true, label: 'food', directory: begin.at(-1) })
    const file = await until(async () => {
      const files = JSON.parse(await command(ann, '--json', 'files', id)) as readonly { readonly priority: string }[]
      return files[0]
    }, 'its files are known')
    assert.equal(file.priority, 'skip', 'its only file has the number 0, and was not asked for')
    await command(ann, 'rm', id)

    const music = join(folder.path, 'Music')
    await mkdir(music)
    await writeFile(join(music, 'song.txt'), 'la la la')
    const long = new Date(Date.now() - 60_000)
    await utimes(join(music, 'song.txt'), long, long)
    await command(bob, 'library', 'add', music, '--audience', 'friends')
    await says(ann, /song\.txt/, 'near', 'tree', 'bob', 'Music')
    assert.match(await command(ann, 'near', 'get', 'bob', 'Music/song.txt'), /is on its way/)
    await until(async () => {
      const there = await readFile(join(ann.downloads, 'song.txt'), 'utf8').catch(() => '')
      return there === 'la la la' ? true : undefined
    }, 'the song is there')
    await fails(ann, 1, /does not have that/, 'near', 'get', 'bob', '../../etc/passwd')
  })

  await t.test('chat', async () => {
    await command(ann, 'chat', 'bob', 'are', 'you', 'there?')
    assert.match(await says(bob, /are you there\?/, 'chat', 'ann'), /ann: are you there\?/)
    await command(bob, 'chat', 'ann', 'yes')
    await says(ann, /bob: yes/, 'chat', 'bob')
    const room = (await command(ann, 'chat', 'new', 'Family', 'bob')).trim()
    await command(ann, 'chat', 'Family', 'hello all')
    await says(bob, /hello all/, 'chat', 'Family')
    assert.match(await command(ann, 'chat'), new RegExp(`Family.*${room}`))
  })

  await t.test('play', async () => {
    assert.match(await command(ann, 'play', 'known'), /openttd +OpenTTD/)
    await using game = createServer((_, answer) => answer.end('the game'))
    await new Promise<void>((resolve) => game.listen(0, '127.0.0.1', resolve))
    const { port } = game.address() as AddressInfo
    await fails(bob, 2, /Name a game/, 'play', 'offer')
    assert.match(await command(bob, 'play', 'offer', '--title', 'Chess', '--tcp', String(port)), /Chess +for nobody/)
    assert.match(await command(ann, 'play'), /Nobody nearby offers a game/)
    assert.match(await command(bob, 'play', 'grant', 'Chess', 'ann'), /for ann/)
    await says(ann, /Chess +at bob/, 'play', 'list')
    const joined = await command(ann, 'play', 'join', 'bob', 'Chess')
    const local = /tcp 127\.0\.0\.1:(\d+)/.exec(joined)?.[1]
    assert.equal(await (await fetch(`http://127.0.0.1:${local}/`)).text(), 'the game')
    assert.match(await command(bob, 'play'), /Chess/)
    await command(ann, 'play', 'leave', 'Chess')
    await command(bob, 'play', 'withdraw', 'Chess')
    assert.match(await command(ann, 'play'), /Nobody nearby offers a game/)
  })

  await t.test('internet', async () => {
    await command(ann, 'internet', 'ask', 'bob')
    assert.match(await says(bob, /ann/, 'internet'), /ann/)
    await fails(bob, 2, /no size/, 'internet', 'grant', 'ann', '--volume', 'much')
    await fails(bob, 1, /no place/, 'internet', 'grant', 'ann', '--allow', 'not a place')
    assert.match(await command(bob, 'internet', 'grant', 'ann', '--hours', '1', '--volume', '1G'), /ann/)
    const used = await command(ann, 'internet', 'use', 'bob')
    assert.match(used, /127\.0\.0\.1:\d+/)
    await says(ann, /bob/, 'internet', 'list')
    await command(ann, 'internet', 'stop', 'bob')
    await command(bob, 'internet', 'revoke', 'ann')
    await command(bob, 'internet', 'lend', 'off')
    await fails(ann, 1, /does not lend/, 'internet', 'use', 'bob')
  })

  await t.test('what is forgotten is a stranger', async () => {
    await command(ann, 'near', 'forget', 'bob')
    await says(bob, /^(?!.*ann +paired)/s, 'near')
    await fails(ann, 1, /not paired|no device/, 'send', join(folder.path, 'a file.bin'), 'bob')
  })
})

test('print from the command line', { timeout: 600_000 }, async (t) => {
  // It wants Avahi and a system bus of its own, which need the same right.
  if (!(await canMakeNetworks(t)) || !needs(t, 'ippeveprinter', 'avahi-daemon', 'dbus-daemon', 'unshare')) return
  await using folder = await temporary()
  await using printer = await printerHere(join(folder.path, 'printer'), 'Pine')
  await using ann = await Kith.start(join(folder.path, 'ann'), ['general.device_name=ann'])
  await using bob = await Kith.start(join(folder.path, 'bob'), ['general.device_name=bob'])
  const link = (await lines(bob, 'pair', '--invite'))[0] as { readonly link: string }
  assert.match(await command(ann, 'pair', link.link), /bob is paired/)
  const paper = join(folder.path, 'tickets.pdf')
  const bytes = await pdf(paper, randomBytes(100_000))

  await fails(ann, 5, /no printer/i, 'print', paper, 'Pine')
  await fails(bob, 1, /address of a printer/, 'print', 'add', 'somewhere')
  await says(bob, /Pine +for nobody else/, 'print', 'add', printer.uri)
  assert.match(await command(ann, 'print'), /no printer here or nearby|^(?!.*Pine)/s)
  assert.match(await command(bob, 'print', 'grant', 'Pine', 'ann'), /for ann/)
  await says(ann, /Pine +at bob/, 'print')
  await fails(ann, 2, /--copies/, 'print', paper, 'Pine', '--copies', 'many')
  const printed = await command(ann, 'print', paper, 'Pine', '--wait')
  assert.match(printed, /tickets\.pdf +Pine at bob .*done/)
  await until(async () => {
    const all = await printer.printed()
    return all.some((one) => Buffer.compare(one, bytes) === 0) ? true : undefined
  }, 'every byte is printed')
  assert.match(await says(bob, /tickets\.pdf.*done/, 'print', 'jobs'), /Pine for ann/)
  await fails(ann, 5, /no print job|no such|There is no/i, 'print', 'cancel', 'nothing')
  await command(bob, 'print', 'remove', 'Pine')
  await says(ann, /^(?!.*Pine at bob)/s, 'print')
  await fails(ann, 5, /no printer/i, 'print', paper, 'Pine')
})
