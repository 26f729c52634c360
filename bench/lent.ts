import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs, promisify } from 'node:util'
import { localNetwork, type Machine } from '@kith/interop/namespaces.ts'
import { behind, outside } from '@kith/interop/neighbours/outside.ts'
import { pair, start, temporary, until } from '@kith/interop/neighbours/people.ts'
import { programPath } from '@kith/interop/peers/process.ts'
import { footer, keep, type Kept, keptNow, median } from './kept.ts'

/**
 * `npm run bench -- lent [segment proxy] [--seconds N] [--size MIB] [--rounds N] [--keep]`
 *
 * `segment`: iperf3 over a virtual network of Kith and over one of n2n, between the same two namespaces. `proxy`: curl
 * through a neighbour's connection and through microsocks on the neighbour's machine, with one stream and with a
 * hundred. They take turns; the first turn of each is not counted. Root is needed, for the namespaces.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    size: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
  },
})
const run = promisify(execFile)
const mib = 2 ** 20
const [seconds, size, rounds] = [Number(values.seconds), Number(values.size) * mib, Number(values.rounds)]
const streams = 100
const originPort = 8080
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)

interface Line {
  readonly measure: string
  readonly tool: string
  /** Mebibytes per second, one for each turn. */
  readonly turns: readonly number[]
}

interface Result extends Kept {
  readonly lines: readonly Line[]
}

function background(within: Machine, ...args: readonly string[]): AsyncDisposable {
  const [command, ...rest] = [...within.within, ...args]
  const child: ChildProcess = spawn(command!, rest, { stdio: 'ignore' })
  return {
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

async function within(where: Machine, ...args: readonly string[]): Promise<string> {
  const [command, ...rest] = [...where.within, ...args]
  return (await run(command!, rest, { maxBuffer: 64 * mib })).stdout
}

async function reaches(where: Machine, to: string): Promise<void> {
  const once_ = async (): Promise<true | undefined> =>
    within(where, 'ping', '-c', '1', '-W', '1', to).then(
      () => true as const,
      () => undefined,
    )
  await until(once_, `${to} answers`, 60_000)
}

async function iperf(from: Machine, at: Machine, to: string): Promise<number> {
  await using _server = background(at, 'iperf3', '-s', '-1', '-B', to)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const report = JSON.parse(await within(from, 'iperf3', '-c', to, '-t', String(seconds), '-J')) as {
    end: { sum_received: { bits_per_second: number } }
  }
  return report.end.sum_received.bits_per_second / 8 / mib
}

/** A web server outside that costs next to nothing: the proxies are what is measured. */
async function origin(folder: string, where: Machine): Promise<AsyncDisposable> {
  for (const count of [1, streams]) {
    const file = await open(join(folder, `${count}`), 'w')
    await file.truncate(Math.floor(size / count))
    await file.close()
  }
  const configuration = join(folder, 'lighttpd.conf')
  await writeFile(
    configuration,
    `server.document-root = "${folder}"\nserver.bind = "${outside}"\nserver.port = ${originPort}\n`,
  )
  const beyond: Machine = { ...where, within: ['ip', 'netns', 'exec', `${where.name}-out`] }
  const server = background(beyond, programPath('lighttpd')!, '-D', '-f', configuration)
  const answers = async (): Promise<true | undefined> =>
    within(where, 'curl', '-s', '-f', '-I', `http://${outside}:${originPort}/1`).then(
      () => true as const,
      () => undefined,
    )
  await until(answers, 'the web server answers')
  return server
}

async function fetched(from: Machine, proxy: string, count: number): Promise<number> {
  const each = Math.floor(size / count)
  const url = `http://${outside}:${originPort}/${count}`
  const urls = Array.from({ length: count }, () => ['-o', '/dev/null', url]).flat()
  const begun = performance.now()
  await within(from, 'curl', '-s', '-S', '-f', '--socks5', proxy, '-Z', '--parallel-max', String(count), ...urls)
  return (each * count) / mib / ((performance.now() - begun) / 1000)
}

/** Everyone in turn, round after round, so that a slow minute of the machine hits all alike. */
async function turns(measure: string, of: Readonly<Record<string, () => Promise<number>>>): Promise<Line[]> {
  const all = new Map(Object.keys(of).map((tool) => [tool, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const [tool, one] of Object.entries(of)) {
      const rate = await one()
      console.log(`${measure} ${round === 0 ? 'warm-up' : round} ${tool}: ${rate.toFixed(1)} MiB/s`)
      if (round > 0) all.get(tool)!.push(rate)
    }
  }
  return [...all].map(([tool, rates]) => ({ measure, tool, turns: rates }))
}

const missing = ['iperf3', 'edge', 'supernode', 'microsocks', 'curl', 'ping', 'lighttpd'].filter(
  (one) => !programPath(one),
)
if (missing.length > 0)
  console.log(`NOT MEASURED: ${missing.join(', ')} missing (Debian: iperf3 n2n microsocks curl iputils-ping lighttpd)`)
else await bench()

async function bench(): Promise<void> {
  await using folder = await temporary()
  await using lan = await localNetwork(2)
  const [one, other] = lan.machines as [Machine, Machine]
  await using _world = await behind(other)
  await using ann = await start(folder.path, 'ann', one)
  await using bob = await start(folder.path, 'bob', other)
  await pair(ann, 'ann', bob, 'bob')
  const lines: Line[] = []

  if (wanted('segment')) {
    await bob.client.call('createSegment', { body: { title: 'bench', to: ['ann'] } })
    await ann.client.call('joinSegment', { body: { device: 'bob' } })
    const view = await until(async () => {
      const [now] = await ann.client.call('segments')
      return now?.members.find(({ path }) => path === 'direct')
    }, 'frames travel by themselves')
    await using _supernode = background(other, 'supernode', '-l', '7654')
    const edge = (where: Machine, address: string): AsyncDisposable =>
      background(
        where,
        'edge',
        '-f',
        '-d',
        'n2n0',
        '-a',
        address,
        '-c',
        'kith',
        '-k',
        'secret',
        '-l',
        `${other.address}:7654`,
        '-u',
        '0',
        '-g',
        '0',
      )
    await using _one = edge(one, '10.88.0.1')
    await using _other = edge(other, '10.88.0.2')
    await reaches(one, view.address)
    await reaches(one, '10.88.0.2')
    lines.push(
      ...(await turns('segment', {
        Kith: () => iperf(one, other, view.address),
        n2n: () => iperf(one, other, '10.88.0.2'),
      })),
    )
  }

  if (wanted('proxy')) {
    await using _origin = await origin(folder.path, other)
    await bob.client.call('grantInternet', { params: { id: 'ann' }, body: {} })
    const { proxy } = await ann.client.call('useInternet', { body: { device: 'bob' } })
    await using _microsocks = background(other, 'microsocks', '-i', other.address, '-p', '1090')
    const theirs = `${other.address}:1090`
    for (const count of [1, streams]) {
      const name = count === 1 ? 'proxy, one stream' : `proxy, ${count} streams`
      lines.push(
        ...(await turns(name, {
          Kith: () => fetched(one, proxy, count),
          microsocks: () => fetched(one, theirs, count),
        })),
      )
    }
  }

  const result: Result = { ...keptNow(['n2n', 'iperf3', 'microsocks', 'curl', 'lighttpd']), lines }
  console.log(`\n${report([result])}`)
  if (values.keep) await keep('lent', result, report)
}

/** The newest lines of each measure, with where and when they were measured. */
function report(results: readonly Result[]): string {
  const text: string[] = []
  for (const [title, begins] of [
    ['A virtual network', 'segment'],
    ['A lent connection', 'proxy'],
  ] as const) {
    const of = ({ lines }: Result): readonly Line[] => lines.filter(({ measure }) => measure.startsWith(begins))
    const newest = results.findLast((result) => of(result).length > 0)
    if (newest === undefined) continue
    const rows = of(newest).map(
      ({ measure, tool, turns: rates }) => `| ${measure} | ${tool} | ${rates.length} | ${median(rates).toFixed(1)} |`,
    )
    text.push(
      `**${title}** between two network namespaces`,
      `| measure | tool | n | MiB/s |\n| --- | --- | --: | --: |\n${rows.join('\n')}`,
      footer(newest),
    )
  }
  return text.join('\n\n')
}
