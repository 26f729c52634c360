import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { bytesFrom, put, scratch, tree } from './material.ts'
import { Libtorrent } from './peers/libtorrent.ts'
import { Opentracker } from './peers/opentracker.ts'
import { needs } from './peers/process.ts'

const root = dirname(import.meta.dirname)
const python = '/usr/lib/python3/dist-packages/libtorrent'
const size = 6 * 1024 * 1024 + 77

interface Ran {
  readonly status: number | null
  readonly out: string
  readonly errors: string
}

/** The command line of one home, as somebody types it. */
class CommandLine implements AsyncDisposable {
  readonly home: string

  constructor(home: string) {
    this.home = home
  }

  get program(): readonly string[] {
    return [process.execPath, join(root, 'cli', 'kith.mjs'), '--home', this.home]
  }

  run(args: readonly string[], input = ''): Promise<Ran> {
    return this.#spawn([...this.program, ...args], input)
  }

  /** With a terminal on the other side. */
  inTerminal(args: readonly string[]): Promise<Ran> {
    const quoted = [...this.program, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
    return this.#spawn(['script', '-qec', quoted, '/dev/null'], '')
  }

  #spawn([command, ...args]: readonly string[], input: string): Promise<Ran> {
    const compiled = join(root, 'out', 'compiled')
    // Others on this machine may have the port of LocalSend, and nothing is told to the local network.
    const own = { KITH_API_PORT: '0', KITH_NEIGHBOURS_DISCOVERY: 'false', KITH_CONNECTIONS_PORT_MAPPING: 'false' }
    const child = spawn(command!, args, {
      env: { ...process.env, ...own, NODE_COMPILE_CACHE: compiled, TERM: 'xterm', COLUMNS: '100' },
      stdio: 'pipe',
    })
    let [out, errors] = ['', '']
    child.stdout.on('data', (data) => (out += String(data)))
    child.stderr.on('data', (data) => (errors += String(data)))
    child.stdin.end(input)
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (status) => resolve({ status, out, errors }))
    })
  }

  /** What it printed, when all went well. */
  async ok(...args: string[]): Promise<string> {
    const { status, out, errors } = await this.run(args)
    assert.equal(status, 0, `kith ${args.join(' ')}: ${errors}${out}`)
    return out
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.ok('--json', ...args)) as T
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run(['stop'])
  }
}

interface Line {
  readonly id: string
  readonly name: string
  readonly state: string
}

test('from nothing: get a torrent that libtorrent seeds, look at it, change it, move it, remove it', async (t) => {
  if (!needs(t, python, 'opentracker')) return
  await using folder = await scratch()
  await put(folder.at('seed', 'pack', 'linux.iso'), bytesFrom('cli', size))
  await put(folder.at('seed', 'pack', 'notes.txt'), 'read me')
  await using tracker = await Opentracker.start(folder.at('tracker'))
  await using seed = await Libtorrent.start(folder.at('libtorrent'))
  const made = await seed.create(folder.at('seed', 'pack'), { trackers: [tracker.http] })
  await tracker.allow(made.infoHash)
  await seed.add({ torrent: made.torrent, folder: folder.at('seed') })
  await tracker.announced(made.infoHash)
  await put(folder.at('pack.torrent'), made.torrent)
  await using kith = new CommandLine(folder.at('home'))

  const got = await kith.inTerminal(['get', folder.at('pack.torrent'), '--to', folder.at('here'), '--wait'])
  assert.equal(got.status, 0, got.out)
  assert.match(got.out, /100 %/)
  assert.match(got.out, /█/)
  const expected = await tree(folder.at('seed'))
  assert.deepEqual(await tree(folder.at('here')), expected)

  const [line] = await kith.json<Line[]>('ls')
  assert.equal(line!.name, 'pack')
  assert.ok(['giving', 'done'].includes(line!.state))
  const { id } = line!
  assert.match(await kith.ok('ls'), /pack/)
  assert.match(await kith.ok('show', id), new RegExp(made.infoHash))
  assert.match(await kith.ok('files', id), /pack\/linux\.iso|linux\.iso/)
  await kith.ok('sources', id)
  await kith.ok('files', id, '--set', 'low', '--only', '1')
  const files = await kith.json<{ priority: string }[]>('files', id)
  assert.deepEqual(
    files.map(({ priority }) => priority),
    ['normal', 'low'],
  )

  await kith.ok('pause', id)
  assert.equal((await kith.json<Line>('show', id)).state, 'paused')
  await kith.ok('resume', id)
  await kith.ok('limit', id, '--down', '500k', '--label', 'linux')
  assert.equal((await kith.json<{ label?: string }>('show', id)).label, 'linux')
  assert.match((await kith.inTerminal(['recheck', '--wait', id])).out, /100 %/)
  await kith.ok('move', id, folder.at('there'))
  assert.deepEqual(await tree(folder.at('there')), expected)
  assert.deepEqual(await tree(folder.at('here')), {})
  await kith.ok('rename', id, 'better')
  assert.ok(existsSync(folder.at('there', 'better', 'linux.iso')))

  await kith.ok(
    'create',
    folder.at('seed', 'pack'),
    '--tracker',
    tracker.http,
    '--piece-length',
    '1M',
    '-o',
    folder.at('made.torrent'),
  )
  assert.match((await readFile(folder.at('made.torrent'))).toString('latin1'), /12:piece lengthi1048576e/)
  assert.match(await kith.ok('share', folder.at('seed', 'pack', 'notes.txt')), /magnet:\?xt=urn:btih:/)

  await kith.ok('rm', '--files', id)
  assert.equal(existsSync(folder.at('there', 'better')), false)
  assert.equal((await kith.run(['show', id])).status, 5)
})

test('settings, networks, tokens, log and events from the command line', async () => {
  await using folder = await scratch()
  await mkdir(folder.at('home'))
  await using kith = new CommandLine(folder.at('home'))
  assert.equal((await kith.run(['status'])).status, 3)
  // Whatever has to run starts it.
  await kith.ok('get', `magnet:?xt=urn:btih:${'ab'.repeat(20)}`)
  assert.match(await kith.ok('status'), /1 looking/)

  await kith.ok('speed', '2M', '500k')
  assert.equal((await kith.ok('config', 'get', 'speed.up')).trim(), '500')
  await kith.ok('config', 'unset', 'speed.up')
  assert.equal((await kith.ok('config', 'get', 'speed.up')).trim(), '0')
  assert.match(await kith.ok('config', 'explain', 'speed.down'), /page|2000|2048/)
  const nearly = await kith.run(['config', 'set', 'speed.dwn', '5'])
  assert.equal(nearly.status, 5)
  assert.match(nearly.errors, /Did you mean speed\.down\?/)
  assert.equal((await kith.run(['config', 'set', 'speed.down', 'fast'])).status, 1)

  assert.match(await kith.ok('net'), /bittorrent/)
  await kith.ok('config', 'set', 'bittorrent.directory_port', '0')
  assert.match(await kith.ok('directory', 'on', 'bittorrent'), /announce/)
  assert.match(await kith.ok('directory'), /open/)
  await kith.ok('directory', 'off', 'bittorrent')
  await kith.ok('net', 'off', 'bittorrent')
  assert.match(await kith.ok('net'), /off/)
  await kith.ok('net', 'on', 'bittorrent')

  const token = (await kith.ok('token', 'new', 'my script')).trim()
  assert.ok(token.length >= 20)
  assert.match(await kith.ok('token', 'ls'), /my script/)
  assert.equal((await kith.run(['passwd'], 'correct horse battery staple\ncorrect horse battery staple\n')).status, 0)
  const { page } = await kith.json<{ page?: string }>('status')
  if (page !== undefined) {
    assert.equal((await kith.run(['--host', page, 'status'])).status, 4)
    assert.equal((await kith.run(['--host', page, '--token', token.split(/\s+/).at(-1)!, 'status'])).status, 0)
  }

  assert.match(await kith.ok('doctor'), /ok/)
  assert.match(await kith.ok('paths'), new RegExp(folder.at('home')))
  assert.match(await kith.ok('log'), /Kith is up|joined|Kith/)
  const events = (await kith.ok('--json', 'events')).trim()
  assert.match(events, /network\/joined/)
  for (const shell of ['bash', 'zsh', 'fish']) assert.match(await kith.ok('completion', shell), /kith/)

  assert.equal((await kith.run(['frobnicate'])).status, 2)
  assert.equal((await kith.run(['files', 'x', '--set', 'sometimes'])).status, 2)
  assert.equal((await kith.run(['show', 'nothing'])).status, 5)
  assert.equal((await kith.run(['get', folder.at('no such file')])).status, 5)
  assert.equal((await kith.run(['chat', 'nowhere'])).status, 5)
  assert.equal((await kith.run(['browse', 'nobody'])).status, 5)
  await kith.ok('stop')
  assert.equal((await kith.run(['ls'])).status, 3)
})

test('events followed are one JSON value a line', async () => {
  await using folder = await scratch()
  await using kith = new CommandLine(folder.at('home'))
  await kith.ok('get', '--paused', `magnet:?xt=urn:btih:${'cd'.repeat(20)}`)
  const [command, ...args] = [...kith.program, '--json', 'events', '-f', '--after', '0']
  const following = spawn(command, args, { env: process.env, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  following.stdout.on('data', (data) => (text += String(data)))
  await kith.ok('get', '--paused', `magnet:?xt=urn:btih:${'ef'.repeat(20)}`)
  const end = Date.now() + 90_000
  while (!text.includes('ef'.repeat(20)) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
  const ended = new Promise((resolve) => following.once('close', resolve))
  following.kill('SIGTERM')
  await ended
  const lines = text.trim().split('\n')
  assert.ok(lines.length >= 2)
  for (const line of lines) assert.ok('type' in (JSON.parse(line) as object), line)
})

test('Ctrl+C while a command waits is told to the shell, and what was asked for stays', async () => {
  await using folder = await scratch()
  await using kith = new CommandLine(folder.at('home'))
  await kith.ok('get', '--paused', `magnet:?xt=urn:btih:${'cd'.repeat(20)}`)
  // Without what starts it on Node 26: at a terminal Ctrl+C reaches both.
  const main = join(dirname(import.meta.dirname), 'cli', 'main.ts')
  const link = `magnet:?xt=urn:btih:${'ef'.repeat(20)}`
  const waiting = spawn(process.execPath, [main, '--home', folder.at('home'), 'get', '--wait', link], {
    stdio: 'ignore',
  })
  const ended = new Promise<number | null>((resolve) => waiting.once('close', resolve))
  const added = async (): Promise<boolean> => (await kith.json<readonly unknown[]>('ls')).length === 2
  const end = Date.now() + 90_000
  while (!(await added()) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50))
  waiting.kill('SIGINT')
  assert.equal(await ended, 130)
  assert.ok(await added())
})
