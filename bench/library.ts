import { mkdir, open, writeFile } from 'node:fs/promises'
import { randomFillSync } from 'node:crypto'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Kith } from '@kith/interop/kith.ts'
import { programPath } from '@kith/interop/peers/process.ts'
import { footer, keep, type Kept, keptNow, median } from './kept.ts'
import { makeTree, Names } from './library/names.ts'
import type { Timed } from './library/timed.ts'
import { timed } from './library/timed.ts'
import { removeFolder, scratchFolder } from './material.ts'
import { Meter } from './meter.ts'

/**
 * `npm run bench -- library [long short search] [--size MIB] [--files N] [--rounds N] [--keep]`
 *
 * `long` and `short`: all digests of one long file and of 20,000 short ones, beside rhash, warm in the system's memory,
 * each process from its start to its end. Kith's threads take their turn behind everything else, as always. `search`: a
 * library of a million files, searched through the API. With `--keep` the result goes into `bench/history/` and the
 * README.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '2048' },
    files: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
})
const mib = 2 ** 20
const shortFiles = 20_000
const searches = 2_000
const [size, files, rounds] = [Number(values.size) * mib, Number(values.files), Number(values.rounds)]
const five = ['--sha1', '--tth', '--ed2k', '--aich', '--sha256']

interface HashLine {
  readonly tool: string
  readonly turns: readonly Timed[]
}

interface SearchFigures {
  readonly files: number
  /** From a folder that nobody knew to all of it known. */
  readonly indexSeconds: number
  /** From the start of the process to its first answer to a search. */
  readonly startSeconds: number
  /** Of searches for one or two words, with the first hundred files of each, through the API, in milliseconds. */
  readonly medianMs: number
  readonly p99Ms: number
  /** The most memory of its own while it was searched, and while the first look at its folder went on. */
  readonly privateMib: number
}

interface Result extends Kept {
  long?: { readonly bytes: number; readonly lines: readonly HashLine[] }
  short?: { readonly bytes: number; readonly lines: readonly HashLine[] }
  search?: SearchFigures
}

// As the daemon is started: what was compiled is kept.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '..', 'out', 'compiled')

const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)
const folder = await scratchFolder(size + 2 * 2 ** 30)
try {
  const result: Result = { ...keptNow(['rhash']) }
  if (wanted('long')) result.long = { bytes: size, lines: await hashes(await longFile(join(folder, 'long'))) }
  if (wanted('short')) {
    const { place, bytes } = await shortOnes(join(folder, 'short'))
    result.short = { bytes, lines: await hashes(place) }
  }
  if (wanted('search')) result.search = await search(join(folder, 'library'))
  console.log(`\n${report([result])}`)
  if (values.keep) await keep('library', result, report)
} finally {
  await removeFolder(folder)
}

async function longFile(place: string): Promise<string> {
  await mkdir(place, { recursive: true })
  await using handle = await open(join(place, 'long.bin'), 'w')
  const bytes = Buffer.alloc(mib)
  for (let at = 0; at < size; at += mib) await handle.write(randomFillSync(bytes))
  return place
}

/** Files of 1 to 63 KiB, two hundred to a folder. */
async function shortOnes(place: string): Promise<{ readonly place: string; readonly bytes: number }> {
  let sum = 0
  for (let index = 0; index < shortFiles; index++) {
    const own = join(place, `${index % 100}`)
    if (index < 100) await mkdir(own, { recursive: true })
    const bytes = randomFillSync(Buffer.alloc(1024 + ((index * 7919) % 31) * 2048))
    sum += bytes.length
    await writeFile(join(own, `${index}.bin`), bytes)
  }
  return { place, bytes: sum }
}

/** The tools in turn, round after round; the first round is not counted. */
async function hashes(place: string): Promise<readonly HashLine[]> {
  const kith = [process.execPath, join(import.meta.dirname, 'library', 'hash.ts'), place]
  const tools: readonly (readonly [string, readonly string[]])[] = [
    ['Kith, the same five', [...kith, 'five']],
    ['Kith, and version 2 roots', kith],
    ['rhash', ['rhash', '-r', ...five, place]],
    ['rhash, and --btih', ['rhash', '-r', ...five, '--btih', place]],
  ]
  if (programPath('rhash') === undefined) console.log('NOT MEASURED: rhash is not installed')
  const present = tools.filter(([, [program]]) => programPath(program!) !== undefined)
  const lines = present.map(([tool]) => ({ tool, turns: [] as Timed[] }))
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [tool, command]] of present.entries()) {
      const turn = await timed(command)
      console.log(
        `${round === 0 ? 'warm-up' : round} ${tool}: ${turn.wallSeconds} s, CPU ${turn.cpuSeconds.toFixed(2)} s`,
      )
      if (round > 0) lines[index]!.turns.push(turn)
    }
  }
  return lines
}

async function search(place: string): Promise<SearchFigures> {
  const names = new Names(1, 20_000)
  const tree = join(place, 'tree')
  makeTree(tree, files, names)
  await using kith = await Kith.start(join(place, 'home'))
  await kith.client.call('shareFolder', { body: { path: tree } })
  const began = performance.now()
  while (!(await isQuiet(kith))) await new Promise((resolve) => setTimeout(resolve, 500))
  const indexSeconds = (performance.now() - began) / 1000
  console.log(`${files} files are known after ${indexSeconds.toFixed(1)} s`)
  await kith.stop()

  const start = performance.now()
  await kith.start()
  await kith.client.call('sharedFiles', { query: { q: names.word(), count: 100 } })
  const startSeconds = (performance.now() - start) / 1000
  using meter = new Meter(kith.pid)
  while (!(await isQuiet(kith))) await new Promise((resolve) => setTimeout(resolve, 500))
  const took: number[] = []
  let found = 0
  for (let index = 0; index < searches; index++) {
    const q = names.name(1 + (index % 2))
    const asked = performance.now()
    found += (await kith.client.call('sharedFiles', { query: { q, count: 100 } })).total
    took.push(performance.now() - asked)
  }
  if (found === 0) throw new Error('nothing was found')
  const { privateMib } = meter.stop()
  const p99Ms = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)]!
  return { files, indexSeconds, startSeconds, medianMs: median(took), p99Ms, privateMib }
}

async function isQuiet(kith: Kith): Promise<boolean> {
  const { state, known } = await kith.client.call('hashing')
  return state === 'idle' && known.files === files
}

function report(results: readonly Result[]): string {
  const text: string[] = []
  const titles = { long: 'One long file', short: `${shortFiles.toLocaleString('en')} short files` } as const
  for (const name of ['long', 'short'] as const) {
    const newest = results.findLast((result) => result[name] !== undefined)
    const measured = newest?.[name]
    if (newest === undefined || measured === undefined) continue
    const rows = measured.lines.map(({ tool, turns }) => {
      const wall = median(turns.map(({ wallSeconds }) => wallSeconds))
      const cpu = median(turns.map(({ cpuSeconds }) => cpuSeconds))
      const rate = (measured.bytes / mib / wall).toFixed(0)
      return `| ${tool} | ${turns.length} | ${wall.toFixed(2)} | ${rate} | ${cpu.toFixed(2)} |`
    })
    const head = '| tool | n | wall s | MiB/s | CPU s |\n| --- | --: | --: | --: | --: |'
    text.push(
      `**${titles[name]}**: SHA-1, SHA-256, Tiger tree, eDonkey and AICH of ${(measured.bytes / mib).toFixed(0)} MiB`,
    )
    text.push(`${head}\n${rows.join('\n')}`, footer(newest))
  }
  const newest = results.findLast((result) => result.search !== undefined)
  if (newest?.search !== undefined) {
    const { files: count, indexSeconds, startSeconds, medianMs, p99Ms, privateMib } = newest.search
    text.push(
      `**A library of ${count.toLocaleString('en')} files**`,
      '| known after | first search after the start | search, median | 99th percentile | memory |\n' +
        '| --: | --: | --: | --: | --: |\n' +
        `| ${indexSeconds.toFixed(0)} s | ${startSeconds.toFixed(2)} s | ${medianMs.toFixed(1)} ms | ` +
        `${p99Ms.toFixed(1)} ms | ${privateMib.toFixed(0)} MiB |`,
      footer(newest),
    )
  }
  return text.join('\n\n')
}
