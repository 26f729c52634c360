import { createServer } from 'node:http'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compilePeers } from './cheap.ts'
import { contestants, isInstalled } from './clients.ts'
import type { Contestant } from './clients.ts'
import { keep, keptNow } from './kept.ts'
import { makeMaterial, removeFolder, scratchFolder } from './material.ts'
import type { MeasureName, Place, Reading } from './measures.ts'
import { measures } from './measures.ts'
import type { Line, Result } from './result.ts'
import { report, table } from './result.ts'
import foreign from './webtorrent/package.json' with { type: 'json' }

/**
 * `npm run bench -- bittorrent [leech seed recheck idle] [--size MIB] [--rounds N] [--clients Kith,aria2] [--keep]`
 *
 * One seed, one leech, one file of random bytes in memory, plain TCP on loopback. The clients take turns; the first turn
 * of each is not counted, as the machine's first use of fresh memory costs more. With `--keep` the result goes into
 * `bench/history/` and the README.
 */
const usual = { size: '2048', rounds: '5' }
/** A client this slow gets one turn that counts, or the run would take hours. */
const slowSeconds = 30
/** A client that is not through by then is not measured. */
const mostSeconds = 60

const names = Object.keys(measures) as MeasureName[]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: usual.size },
    rounds: { type: 'string', default: usual.rounds },
    clients: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const wanted = names.filter((name) => positionals.length === 0 || positionals.includes(name))
const size = Number(values.size) * 2 ** 20
const rounds = Number(values.rounds)

const folder = await scratchFolder(size * 3)
const tracker = createServer((_, response) => response.end('d8:intervali3600e5:peers0:e'))
await new Promise<void>((resolve) => tracker.listen(0, '127.0.0.1', resolve))
try {
  await bench()
} finally {
  tracker.close()
  tracker.closeAllConnections()
  await removeFolder(folder)
}

async function bench(): Promise<void> {
  const peers = compilePeers(folder)
  if (peers === undefined) {
    console.log('NOT MEASURED: there is no C compiler (Debian: apt install gcc libc6-dev)')
    return
  }
  const present = contestants.filter(
    (contestant) => values.clients === undefined || values.clients.split(',').includes(contestant.name),
  )
  for (const { name } of present.filter((contestant) => !isInstalled(contestant))) {
    console.log(`NOT MEASURED: ${name} is not installed`)
  }
  const announce = `http://127.0.0.1:${(tracker.address() as AddressInfo).port}/announce`
  const material = await makeMaterial(join(folder, 'material'), size, announce)
  const here = keptNow(['python3-libtorrent', 'rtorrent', 'aria2', 'qbittorrent-nox', 'transmission-daemon'])
  const used = { ...here.versions, webtorrent: foreign.dependencies.webtorrent }
  const result: Result = { ...here, versions: used, size, measures: {} }
  for (const name of wanted) {
    const lines = await turns(name, present.filter(isInstalled), async (contestant) => {
      const own = join(folder, 'turn')
      const place: Place = {
        material,
        peers,
        signal: AbortSignal.timeout(mostSeconds * 1000),
        folder: async (part) => {
          await mkdir(join(own, part), { recursive: true })
          return join(own, part)
        },
      }
      try {
        return await measures[name].run(contestant, place)
      } finally {
        await removeFolder(own)
      }
    })
    Object.assign(result.measures, { [name]: lines })
    console.log(`\n${table(name, lines, size)}\n`)
    // After each measure: an hour's work is not lost with the last one.
    if (values.keep) await keep('bittorrent', result, report)
  }
  console.log(result.machine)
}

/** Everyone in turn, round after round, so that a slow minute of the machine hits all alike. */
async function turns(
  name: MeasureName,
  present: readonly Contestant[],
  measure: (contestant: Contestant) => Promise<Reading>,
): Promise<Line[]> {
  const readings = new Map<string, Reading[]>(present.map((contestant) => [contestant.name, []]))
  const slow = new Set<string>()
  /** Those that were given up. */
  const given = new Set<string>()
  const last = measures[name].rounds ? rounds : 1
  for (let round = measures[name].rounds ? 0 : 1; round <= last; round++) {
    for (const contestant of present) {
      if (given.has(contestant.name) || (round > 1 && slow.has(contestant.name))) continue
      const reading = await measure(contestant).catch((error: unknown) => {
        if ((error as Error).name !== 'TimeoutError') throw error
        console.log(`${name}: NOT MEASURED: ${contestant.name} is not through after ${mostSeconds} s`)
        given.add(contestant.name)
      })
      if (reading === undefined) continue
      if (reading.wallSeconds > slowSeconds) slow.add(contestant.name)
      console.log(
        `${name} ${round === 0 ? 'warm-up' : round} ${contestant.name}: ${reading.wallSeconds.toFixed(2)} s, ` +
          `CPU ${reading.cpuSeconds.toFixed(2)} s, ${reading.privateMib.toFixed(0)} MiB`,
      )
      if (round > 0) readings.get(contestant.name)!.push(reading)
    }
  }
  return [...readings].flatMap(([client, of]) => (of.length === 0 ? [] : [{ client, readings: of }]))
}
