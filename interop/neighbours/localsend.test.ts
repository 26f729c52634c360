import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { DeliveryView } from '@kith/api/deliveries.ts'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { hasLocalSend, localSend, localSendPort, localSendReceiver, ran, strictReceiver } from '../peers/localsend.ts'
import { needs } from '../peers/process.ts'
import { device, start, temporary, until } from './people.ts'

const root = '/api/localsend/v2'

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function over(kith: Kith, id: string): Promise<DeliveryView> {
  return until(async () => {
    const one = (await kith.client.call('deliveries')).find((each) => each.id === id)
    return one === undefined || one.state === 'waiting' || one.state === 'going' ? undefined : one
  }, 'the delivery is over').catch(async (error: unknown) => {
    throw new Error(JSON.stringify(await kith.client.call('deliveries')), { cause: error })
  })
}

/** What somebody wants to send, once it is asked for. */
function asked(kith: Kith): Promise<DeliveryView> {
  const find = async (): Promise<DeliveryView | undefined> =>
    (await kith.client.call('deliveries')).find(({ way, state }) => way === 'in' && state === 'waiting')
  return until(find, 'somebody asks')
}

async function answer(kith: Kith, yes: boolean): Promise<string> {
  const { id } = await asked(kith)
  await kith.client.call('answerDelivery', { params: { id }, body: { yes } })
  return id
}

interface Said {
  readonly status: number
  readonly body: string
}

/** curl on a machine, as a sender that follows the specification, or does not. */
async function curl(from: Machine, to: Machine, path: string, ...more: readonly string[]): Promise<Said> {
  const url = `https://${to.address}:${localSendPort}${root}/${path}`
  const [command = '', ...within] = from.within
  const { text } = await ran(command, [...within, 'curl', '-sk', '-m', '170', '-w', '\n%{http_code}', ...more, url])
  const end = text.lastIndexOf('\n')
  return { status: Number(text.slice(end + 1)), body: text.slice(0, end) }
}

interface CurlFile {
  readonly fileName: string
  readonly size: number
  readonly sha256?: string
}

function prepare(from: Machine, to: Machine, files: Readonly<Record<string, CurlFile>>, pin = ''): Promise<Said> {
  const info = { alias: 'Curl', version: '2.0', fingerprint: 'curl', port: 1, protocol: 'https' }
  const all = Object.entries(files).map(([id, file]) => [id, { id, fileType: 'text/plain', ...file }])
  const body = JSON.stringify({ info, files: Object.fromEntries(all) as unknown })
  return curl(from, to, `prepare-upload${pin}`, '-H', 'content-type: application/json', '--data-binary', body)
}

interface Agreed {
  readonly sessionId: string
  readonly files: Readonly<Record<string, string>>
}

test(
  'LocalSend: an implementation of somebody else finds this, sends, and receives',
  { timeout: 300_000 },
  async (t) => {
    if (!(await canMakeNetworks(t)) || !hasLocalSend(t)) return
    await using folder = await temporary()
    await using lan = await localNetwork(2)
    const [one, other] = lan.machines
    await using ann = await start(folder.path, 'ann', one!)
    const big = randomBytes(20_000_000)
    await mkdir(join(folder.path, 'holiday'))
    await writeFile(join(folder.path, 'holiday', 'a.bin'), big)
    await writeFile(join(folder.path, 'holiday', 'empty.txt'), '')

    await t.test('it finds this device', async () => {
      // It looks for so many seconds, whatever comes; who answers later is not seen.
      const text = await until(async () => {
        const seen = await localSend(other!, 'discover', '--timeout', '3', '--json')
        return seen.text.includes('"alias": "ann"') ? seen.text : undefined
      }, 'it is discovered')
      assert.match(text, /"protocol": "https"/)
    })

    await t.test('a folder goes to it', async () => {
      await using phone = await localSendReceiver(other!, join(folder.path, 'phone'), 'Phone')
      const found = await device(ann, 'Phone', () => true)
      assert.deepEqual([found.kind, found.standing], ['localsend', 'stranger'])
      await assert.rejects(ann.client.call('pair', { params: { id: found.id } }), /not paired/)
      await assert.rejects(
        ann.client.call('send', { body: { path: join(folder.path, 'holiday'), to: ['Phone'] } }),
        /LocalSend/,
      )
      const { id } = await ann.client.call('deliver', { body: { path: join(folder.path, 'holiday'), to: 'Phone' } })
      const { state, done, size } = await over(ann, id)
      assert.deepEqual([state, done, size], ['done', big.length, big.length], phone.log())
      const saved = join(folder.path, 'phone', 'saved', 'holiday')
      const whole = async (): Promise<true | undefined> => {
        const files = [join(saved, 'a.bin'), join(saved, 'empty.txt')]
        const [first, second] = await Promise.all(files.map((one) => readFile(one).catch(() => undefined)))
        return (first?.equals(big) && second?.length === 0) || undefined
      }
      await until(whole, 'all is saved there')
    })

    await t.test('a file of it comes after the yes, and not after the no', async () => {
      const path = join(folder.path, 'holiday', 'a.bin')
      const send = (): ReturnType<typeof localSend> =>
        localSend(other!, 'send', one!.address, path, '--protocol', 'https', '--alias', 'Tool')
      const refused = send()
      assert.equal((await asked(ann)).device.name, 'Tool')
      assert.deepEqual(await readdir(ann.downloads).catch(() => []), [])
      await answer(ann, false)
      assert.equal((await refused).code, 1)
      assert.deepEqual(await readdir(ann.downloads).catch(() => []), [])
      const sent = send()
      const id = await answer(ann, true)
      const { code, text } = await sent
      assert.equal(code, 0, text)
      const { state, paths } = await over(ann, id)
      assert.deepEqual([state, paths], ['done', [join(ann.downloads, 'a.bin')]])
      assert.equal(digestOf(await readFile(join(ann.downloads, 'a.bin'))), digestOf(big))
    })
  },
)

test('LocalSend: nothing is taken that was not agreed to, as curl asks', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, 'curl')) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [one, other, third] = lan.machines
  await using ann = await start(folder.path, 'ann', one!)
  const agreed = async (files: Readonly<Record<string, CurlFile>>): Promise<Agreed> => {
    const said = prepare(other!, one!, files)
    await answer(ann, true)
    return JSON.parse((await said).body) as Agreed
  }
  const upload = (from: Machine, { sessionId }: Agreed, file: string, token: string, bytes: string): Promise<Said> => {
    const query = new URLSearchParams({ sessionId, fileId: file, token })
    return curl(from, one!, `upload?${query}`, '--data-binary', bytes)
  }

  const info = JSON.parse((await curl(other!, one!, 'info')).body) as Readonly<Record<string, unknown>>
  assert.equal(info['alias'], 'ann')
  assert.match(String(info['fingerprint']), /^[0-9a-f]{64}$/)
  assert.equal((await curl(other!, one!, 'register', '--data-binary', '{')).status, 400)
  assert.equal((await prepare(other!, one!, {})).status, 400)

  const first = await agreed({
    a: { fileName: '../../../escape.txt', size: 5, sha256: digestOf(Buffer.from('hello')) },
    b: { fileName: '/etc/cron.d/evil', size: 5 },
    c: { fileName: 'wrong.txt', size: 5, sha256: digestOf(Buffer.from('other')) },
  })
  assert.equal((await prepare(other!, one!, { a: { fileName: 'x', size: 1 } })).status, 409)
  assert.equal((await upload(other!, first, 'a', 'wrong', 'hello')).status, 403)
  assert.equal((await upload(third!, first, 'a', first.files['a']!, 'hello')).status, 403)
  assert.equal((await upload(other!, first, 'a', first.files['b']!, 'hello')).status, 403)
  assert.equal((await upload(other!, first, 'a', first.files['a']!, 'hello and more')).status, 400)
  const chunked = await curl(
    other!,
    one!,
    `upload?${new URLSearchParams({ sessionId: first.sessionId, fileId: 'a', token: first.files['a']! })}`,
    '-H',
    'transfer-encoding: chunked',
    '--data-binary',
    'hello and more',
  )
  assert.equal(chunked.status, 400)
  assert.equal((await upload(other!, first, 'c', first.files['c']!, 'hello')).status, 400)
  assert.deepEqual(await readdir(ann.downloads), [])
  assert.equal((await upload(other!, first, 'a', first.files['a']!, 'hello')).status, 200)
  assert.equal((await upload(other!, first, 'b', first.files['b']!, 'world')).status, 200)
  const inside = (await readdir(ann.downloads, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  )
  assert.deepEqual(inside.map(({ name }) => name).toSorted(), ['escape.txt', 'evil'])
  assert.deepEqual(await readdir(ann.home).then((all) => all.filter((name) => name.includes('escape'))), [])
  const cancel = `cancel?sessionId=${first.sessionId}`
  assert.equal((await curl(third!, one!, cancel, '-X', 'POST')).status, 403)
  assert.equal((await curl(other!, one!, cancel, '-X', 'POST')).status, 200)
  assert.equal((await over(ann, first.sessionId)).state, 'cancelled')
  assert.equal((await upload(other!, first, 'c', first.files['c']!, 'other')).status, 403)

  // A name that is taken gets a number; what was there stays.
  await writeFile(join(ann.downloads, 'Name.txt'), 'mine')
  const second = await agreed({ a: { fileName: 'name.txt', size: 5 } })
  assert.equal((await upload(other!, second, 'a', second.files['a']!, 'yours')).status, 200)
  assert.equal(await readFile(join(ann.downloads, 'Name.txt'), 'utf8'), 'mine')
  assert.equal(await readFile(join(ann.downloads, 'name (2).txt'), 'utf8'), 'yours')

  // Whoever asks and goes is not waited for.
  const [command = '', ...within] = other!.within
  const wish = JSON.stringify({
    info: { alias: 'Curl', fingerprint: 'curl', port: 1, protocol: 'https' },
    files: { a: { id: 'a', fileName: 'x', size: 1 } },
  })
  const url = `https://${one!.address}:${localSendPort}${root}/prepare-upload`
  const impatient = spawn(command, [...within, 'curl', '-sk', '--data-binary', wish, url])
  const gone = new Promise((resolve) => impatient.once('exit', resolve))
  const { id } = await asked(ann)
  impatient.kill()
  await gone
  assert.equal((await over(ann, id)).state, 'cancelled')
})

test('LocalSend: a PIN is asked of senders, and gives what is offered', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, 'curl')) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [one, other, third] = lan.machines
  await using ann = await start(folder.path, 'ann', one!, ['neighbours.localsend_pin=4711'])
  const files = { a: { fileName: 'a.txt', size: 5 } }
  // Nobody is asked before the PIN is right.
  assert.equal((await prepare(other!, one!, files)).status, 401)
  assert.equal((await prepare(other!, one!, files, '?pin=1234')).status, 401)
  assert.deepEqual(await ann.client.call('deliveries'), [])
  const said = prepare(other!, one!, files, '?pin=4711')
  await answer(ann, true)
  const { sessionId, files: tokens } = JSON.parse((await said).body) as Agreed
  const query = new URLSearchParams({ sessionId, fileId: 'a', token: tokens['a']! })
  assert.equal((await curl(other!, one!, `upload?${query}`, '--data-binary', 'hello')).status, 200)
  for (let tries = 0; tries < 5; tries++) await prepare(third!, one!, files, '?pin=0000')
  assert.equal((await prepare(third!, one!, files, '?pin=4711')).status, 429)

  // The download API gives nothing until something is offered for it, with a PIN.
  const fetching = (from: Machine, more: string): Promise<Said> =>
    curl(from, one!, `prepare-download${more}`, '-X', 'POST')
  assert.equal((await fetching(other!, '?pin=4711')).status, 403)
  const path = join(folder.path, 'for you ü.bin')
  const bytes = randomBytes(300_000)
  await writeFile(path, bytes)
  await assert.rejects(ann.client.call('openVisit', { body: { path, localsend: true } }), /with a PIN/)
  const { id } = await ann.client.call('openVisit', { body: { path, pin: '98765', localsend: true } })
  assert.match((await curl(other!, one!, 'info')).body, /"download":true/)
  assert.equal((await fetching(other!, '')).status, 401)
  assert.equal((await fetching(other!, '?pin=4711')).status, 401)
  const told = JSON.parse((await fetching(other!, '?pin=98765')).body) as {
    readonly sessionId: string
    readonly files: Readonly<Record<string, { readonly fileName: string; readonly size: number }>>
  }
  assert.deepEqual(
    Object.values(told.files).map(({ fileName, size }) => [fileName, size]),
    [['for you ü.bin', bytes.length]],
  )
  const at = `download?${new URLSearchParams({ sessionId: told.sessionId, fileId: Object.keys(told.files)[0]! })}`
  const saved = join(folder.path, 'fetched')
  assert.equal((await curl(other!, one!, at, '-o', saved)).status, 200)
  assert.equal(digestOf(await readFile(saved)), digestOf(bytes))
  assert.equal((await curl(third!, one!, at)).status, 403)
  assert.equal((await curl(other!, one!, `${at}/../../../../etc/passwd`)).status, 403)
  await ann.client.call('endVisit', { params: { id } })
  assert.equal((await curl(other!, one!, at)).status, 403)
  assert.match((await curl(other!, one!, 'info')).body, /"download":false/)
})

test('LocalSend: a strict receiver inside TLS', { timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, 'python3', 'openssl')) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [one, other, third] = lan.machines
  await using ann = await start(folder.path, 'ann', one!)
  const path = join(folder.path, 'größe & mehr.bin')
  const bytes = randomBytes(3_000_000)
  await writeFile(path, bytes)
  await using phone = await strictReceiver(other!, join(folder.path, 'phone'), 'Telefon')
  await device(ann, 'Telefon', ({ kind }) => kind === 'localsend')
  const deliver = async (to: string, more: { readonly pin?: string } = {}): Promise<DeliveryView> => {
    const { id } = await ann.client.call('deliver', { body: { path, to, ...more } })
    return over(ann, id)
  }

  await t.test('it hears of this device, and gets the file', async () => {
    const heard = await until(async () => (await phone.saw()).find(({ what }) => what === 'register'), 'it is told')
    const said = JSON.parse(heard.body!) as Readonly<Record<string, unknown>>
    assert.deepEqual([said['alias'], said['port'], said['protocol']], ['ann', localSendPort, 'https'])
    assert.equal((await deliver('Telefon')).state, 'done')
    const saw = await phone.saw()
    assert.equal(saw.find(({ what }) => what === 'upload')?.sha256, digestOf(bytes))
    assert.match(
      saw.find(({ what }) => what === 'prepare-upload')!.body!,
      new RegExp(`"fileName":"größe & mehr.bin","size":3000000,.*"sha256":"${digestOf(bytes)}"`),
    )
  })

  await t.test('its refusals are told', async () => {
    await phone.mode('decline')
    const declined = await deliver('Telefon')
    assert.deepEqual([declined.state, declined.fault?.code], ['refused', 'neighbours/localsend-declined'])
    await phone.mode('busy')
    assert.equal((await deliver('Telefon')).fault?.code, 'neighbours/localsend-busy')
    await phone.mode('pin 987654')
    assert.equal((await deliver('Telefon')).fault?.code, 'neighbours/localsend-pin')
    assert.equal((await deliver('Telefon', { pin: '1' })).fault?.code, 'neighbours/localsend-pin')
    assert.equal((await deliver('Telefon', { pin: '987654' })).state, 'done')
  })

  await t.test('it is told when this side ends it', async () => {
    await phone.mode('slow')
    const { id } = await ann.client.call('deliver', { body: { path, to: 'Telefon' } })
    await until(async () => {
      const now = (await ann.client.call('deliveries')).find((each) => each.id === id)
      return now?.state === 'going' || undefined
    }, 'it is on its way')
    await ann.client.call('cancelDelivery', { params: { id } })
    assert.equal((await over(ann, id)).state, 'cancelled')
    await until(async () => (await phone.saw()).find(({ what }) => what === 'cancel'), 'it hears of the end')
  })

  await t.test('nothing is said to one that has not the certificate that it tells of', async () => {
    const fingerprint = randomBytes(32).toString('hex')
    await using liar = await strictReceiver(third!, join(folder.path, 'liar'), 'Liar', fingerprint)
    await device(ann, 'Liar', () => true)
    const { state, fault } = await deliver('Liar')
    assert.deepEqual([state, fault?.code], ['failed', 'net/certificate'])
    assert.deepEqual(await liar.saw(), [])
  })

  await t.test('a port that is taken is told, and the rest goes on', async () => {
    await using bob = await start(folder.path, 'bob', other!)
    const { fault } = (await bob.client.call('networks')).find(({ id }) => id === 'neighbours')!
    assert.equal(fault?.code, 'neighbours/localsend-port')
    await device(ann, 'bob', ({ kind }) => kind === undefined)
  })
})
