import { execFile } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs, promisify } from 'node:util'
import { localNetwork, type Machine } from '@kith/interop/namespaces.ts'
import { pair, ready, start, until } from '@kith/interop/neighbours/people.ts'
import { Program, programPath } from '@kith/interop/peers/process.ts'
import { footer, keep, type Kept, keptNow, median } from './kept.ts'
import { removeFolder, scratchFolder, warmMemory } from './material.ts'
import { Syncthing } from './neighbours/syncthing.ts'

/**
 * `npm run bench -- neighbours [file files] [--tools NAME,…] [--size MIB] [--files N] [--rounds N]
 * [--link MBIT] [--keep]`
 *
 * `file`: one file from one device to another, beside a bare TLS stream of Node, Syncthing and rclone over WebDAV. `files`:
 * a folder of short files, beside Syncthing. What counts is the time from the receiver's yes until everything is verified
 * and written; what the sender hashes before is told apart. They take turns; the first of each is not counted. `--tools`
 * takes those whose names begin so, `--link` makes the line between the two as slow as one of so many Mbit/s; such a run is
 * not kept. Root is needed, for the namespaces.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '2048' },
    files: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    tools: { type: 'string', default: '' },
    link: { type: 'string', default: '0' },
    keep: { type: 'boolean', default: false },
  },
})
const run = promisify(execFile)
const mib = 2 ** 20
const [size, count, rounds, link] = [
  Number(values.size) * mib,
  Number(values.files),
  Number(values.rounds),
  Number(values.link),
]
const port = 22_100
const patienceMs = 600_000
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)

/** Seconds of one turn. */
interface Turn {
  /** Hashing before anybody can say yes; 0 for tools that do none. */
  readonly before: number
  readonly seconds: number
}

interface Line {
  readonly tool: string
  readonly turns: readonly Turn[]
}

interface Measured {
  readonly bytes: number
  readonly files: number
  readonly lines: readonly Line[]
}

interface Result extends Kept {
  file?: Measured
  files?: Measured
}

interface Task {
  /** A folder with what is to be moved, alone. */
  readonly from: string
  /** Its name in there. */
  readonly name: string
  readonly bytes: number
  readonly files: number
  /** An empty folder for each turn. */
  into(): Promise<string>
}

type Machines = readonly [Machine, Machine]
type Contestant = (machines: Machines, task: Task) => Promise<Turn>

const since = (begun: number): number => (performance.now() - begun) / 1000

const kith: Contestant = async (machines, { from, name, into }) => {
  const home = await into()
  await using ann = await start(home, 'ann', machines[0])
  await using bob = await start(home, 'bob', machines[1])
  await pair(ann, 'ann', bob, 'bob')
  const begun = performance.now()
  await ready(ann, await ann.client.call('send', { body: { path: join(from, name), to: ['bob'] } }))
  const before = since(begun)
  const gift = await until(async () => (await bob.client.call('gifts'))[0], 'the gift is offered')
  const yes = performance.now()
  const { transfer } = await bob.client.call('takeGift', { params: { id: gift.id }, body: {} })
  await bob.completed(transfer.id, patienceMs)
  return { before, seconds: since(yes) }
}

const stream =
  (files: boolean): Contestant =>
  async (machines, { from, name, bytes, into }) => {
    const home = await into()
    const own = await certificate(home)
    const program = join(import.meta.dirname, 'neighbours', 'stream.ts')
    const at = [machines[0].address, String(port)]
    const [command = '', ...within] = machines[0].within
    const source = files ? [join(from, name)] : []
    await using _giver = await Program.start({
      command,
      args: [...within, process.execPath, program, 'give', ...at, own.key, own.certificate, String(bytes), ...source],
      folder: home,
      ready: async () => (await listens(machines[0])).includes(`:${port}`),
    })
    const target = files ? [join(home, 'taken')] : []
    const [other = '', ...inside] = machines[1].within
    const { stdout } = await run(other, [...inside, process.execPath, program, 'take', ...at, String(bytes), ...target])
    return { before: 0, seconds: Number(stdout) }
  }

const syncthing: Contestant = async (machines, { from, bytes, into }) => {
  const home = await into()
  const begun = performance.now()
  await using both = await Syncthing.pair(machines, home, from, join(home, 'taken'))
  await both.giver.knows(bytes)
  const before = since(begun)
  const yes = performance.now()
  await both.taker.take(bytes)
  return { before, seconds: since(yes) }
}

const rclone =
  (tls: boolean): Contestant =>
  async (machines, { from, name, into }) => {
    const home = await into()
    const own = tls ? await certificate(home) : undefined
    const secret = own === undefined ? [] : ['--cert', own.certificate, '--key', own.key]
    const [command = '', ...within] = machines[0].within
    const at = `${machines[0].address}:${port}`
    await using _server = await Program.start({
      command,
      args: [
        ...within,
        'rclone',
        'serve',
        'webdav',
        from,
        '--addr',
        at,
        '--read-only',
        '--config',
        '/dev/null',
        ...secret,
      ],
      folder: home,
      ready: async () => (await listens(machines[0])).includes(`:${port}`),
    })
    const [other = '', ...inside] = machines[1].within
    const begun = performance.now()
    const url = `${tls ? 'https' : 'http'}://${at}`
    const remote = ['--webdav-url', url, '--webdav-vendor', 'other', '--config', '/dev/null', '--no-check-certificate']
    await run(other, [...inside, 'rclone', 'copy', `:webdav:${name}`, join(home, 'taken'), ...remote])
    return { before: 0, seconds: since(begun) }
  }

/** A key and its certificate, as files. */
async function certificate(home: string): Promise<{ readonly key: string; readonly certificate: string }> {
  const [key, made] = [join(home, 'key.pem'), join(home, 'certificate.pem')]
  const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=bench']
  await run('openssl', ['req', '-x509', ...how, '-keyout', key, '-out', made])
  return { key, certificate: made }
}

async function listens(at: Machine): Promise<string> {
  const [command = '', ...within] = at.within
  return (await run(command, [...within, 'ss', '-ltn'])).stdout
}

/** Everyone in turn, round after round, so that a slow minute of the machine hits all alike. */
async function turns(machines: Machines, task: Task, of: Readonly<Record<string, Contestant>>): Promise<Measured> {
  const names = values.tools.split(',')
  const chosen = Object.entries(of).filter(([tool]) => names.some((name) => tool.startsWith(name)))
  const all = new Map(chosen.map(([tool]) => [tool, [] as Turn[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const [tool, one] of chosen) {
      const turn = await one(machines, task)
      const rate = (task.bytes / mib / turn.seconds).toFixed(0)
      const hashing = turn.before === 0 ? '' : `, ${turn.before.toFixed(2)} s before`
      console.log(`${round === 0 ? 'warm-up' : round} ${tool}: ${turn.seconds.toFixed(2)} s, ${rate} MiB/s${hashing}`)
      if (round > 0) all.get(tool)!.push(turn)
    }
  }
  const lines = [...all].map(([tool, some]) => ({ tool, turns: some }))
  return { bytes: task.bytes, files: task.files, lines }
}

async function oneFile(folder: string): Promise<Pick<Task, 'bytes' | 'files' | 'name'>> {
  await using handle = await open(join(folder, 'long.bin'), 'w')
  const bytes = Buffer.alloc(mib)
  for (let at = 0; at < size; at += mib) await handle.write(randomFillSync(bytes))
  return { bytes: size, files: 1, name: 'long.bin' }
}

/** Files of 1 to 16 KiB, a hundred to a folder. */
async function manyFiles(folder: string): Promise<Pick<Task, 'bytes' | 'files' | 'name'>> {
  let sum = 0
  for (let index = 0; index < count; index++) {
    const own = join(folder, 'short', `${Math.floor(index / 100)}`)
    if (index % 100 === 0) await mkdir(own, { recursive: true })
    const bytes = randomFillSync(Buffer.alloc(1024 + ((index * 7919) % 16) * 1024))
    sum += bytes.length
    await writeFile(join(own, `${index}.bin`), bytes)
  }
  return { bytes: sum, files: count, name: 'short' }
}

async function measure(
  folder: string,
  make: (from: string) => Promise<Pick<Task, 'bytes' | 'files' | 'name'>>,
  of: Readonly<Record<string, Contestant>>,
): Promise<Measured> {
  const from = join(folder, 'from')
  await mkdir(from, { recursive: true })
  const made = await make(from)
  const into = join(folder, 'into')
  await mkdir(into, { recursive: true })
  await warmMemory(into, made.bytes)
  const task: Task = {
    from,
    ...made,
    async into() {
      await rm(into, { recursive: true, force: true })
      await mkdir(into, { recursive: true })
      return into
    },
  }
  await using lan = await localNetwork(2)
  if (link > 0) for (const machine of lan.machines) await machine.slow(link)
  try {
    return await turns(lan.machines as unknown as Machines, task, of)
  } finally {
    await rm(from, { recursive: true, force: true })
    await rm(into, { recursive: true, force: true })
  }
}

function report(results: readonly Result[]): string {
  const text: string[] = []
  for (const name of ['file', 'files'] as const) {
    const newest = results.findLast((result) => result[name] !== undefined)
    const measured = newest?.[name]
    if (newest === undefined || measured === undefined) continue
    const rows = measured.lines.map(({ tool, turns: all }) => {
      const seconds = median(all.map((turn) => turn.seconds))
      const before = median(all.map((turn) => turn.before))
      const rate = (measured.bytes / mib / seconds).toFixed(0)
      const cells = [seconds.toFixed(2), rate, before === 0 ? '–' : before.toFixed(2), (seconds + before).toFixed(2)]
      return `| ${tool} | ${all.length} | ${cells.join(' | ')} |`
    })
    const what = name === 'file' ? 'One file' : `${measured.files.toLocaleString('en')} files`
    text.push(
      `**${what} between neighbours**, ${(measured.bytes / mib).toFixed(0)} MiB between two network namespaces: from the ` +
        'yes of the receiver until everything is verified and written, and what the sender needs before (it hashes; ' +
        'Syncthing also starts and connects)',
      `| tool | n | s | MiB/s | before s | together s |\n| --- | --: | --: | --: | --: | --: |\n${rows.join('\n')}`,
      footer(newest),
    )
  }
  return text.join('\n\n')
}

const missing = ['syncthing', 'rclone', 'openssl', 'ss'].filter((one) => programPath(one) === undefined)
if (missing.length > 0) {
  console.log(`NOT MEASURED: ${missing.join(', ')} missing (Debian: syncthing rclone openssl iproute2)`)
} else {
  const folder = await scratchFolder(3 * size + 2 ** 30)
  try {
    const result: Result = { ...keptNow(['syncthing', 'rclone']) }
    const file = {
      Kith: kith,
      'node:tls, bytes of memory to nowhere': stream(false),
      'node:tls, file to file': stream(true),
      Syncthing: syncthing,
      'rclone, WebDAV without TLS': rclone(false),
      'rclone, WebDAV inside TLS': rclone(true),
    }
    if (wanted('file')) result.file = await measure(folder, oneFile, file)
    if (wanted('files')) result.files = await measure(folder, manyFiles, { Kith: kith, Syncthing: syncthing })
    console.log(`\n${report([result])}`)
    if (values.keep && link === 0) await keep('neighbours', result, report)
  } finally {
    await removeFolder(folder)
  }
}
