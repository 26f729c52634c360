import type { ForeignClient } from '@kith/interop/peers/client.ts'
import type { CheapPeers } from './cheap.ts'
import type { Contestant } from './clients.ts'
import type { Material } from './material.ts'
import { warmMemory } from './material.ts'
import { Meter } from './meter.ts'

export interface Reading {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly privateMib: number
}

/** A folder of its own for each part, all of it gone afterwards. */
export interface Place {
  readonly material: Material
  readonly peers: CheapPeers
  /** Ends a measure that takes too long; it then rejects with the signal's reason. */
  readonly signal: AbortSignal
  folder(name: string): Promise<string>
}

export interface Measure {
  readonly title: string
  /** What the other side is, in a few words. */
  readonly against: string
  /** Whether every client is measured several times in turns; an idle process needs one look. */
  readonly rounds: boolean
  run(contestant: Contestant, place: Place): Promise<Reading>
}

export type MeasureName = 'leech' | 'seed' | 'recheck' | 'idle'

const idleMs = 20_000

export const measures: Readonly<Record<MeasureName, Measure>> = {
  leech: {
    title: 'Leech',
    against: 'a seed that costs next to nothing; until everything is verified and written',
    rounds: true,
    async run(contestant, { material, peers, folder, signal }) {
      await using client = await contestant.start(await folder('client'))
      const downloads = await folder('downloads')
      await warmMemory(downloads, material.size)
      await client.add({ torrent: material.torrent, folder: downloads })
      await pause(1_000)
      using meter = new Meter(client.pid)
      using seed = peers.seed(client.port, material)
      const began = await inTime(seed.first, signal)
      await inTime(seed.last, signal)
      await done(client, signal)
      return reading(Date.now() - began, meter)
    },
  },
  seed: {
    title: 'Seed',
    against: 'a sink that costs next to nothing, 256 requests ahead',
    rounds: true,
    async run(contestant, { material, peers, folder, signal }) {
      await using client = await contestant.start(await folder('client'))
      await client.add({ torrent: material.torrent, folder: material.folder })
      await done(client, signal)
      await pause(1_000)
      using meter = new Meter(client.pid)
      using sink = peers.sink(client.port, material)
      const began = await inTime(sink.first, signal)
      return reading((await inTime(sink.last, signal)) - began, meter)
    },
  },
  recheck: {
    title: 'Recheck',
    against: 'a complete file, warm in the cache',
    rounds: true,
    async run(contestant, { material, folder, signal }) {
      await using client = await contestant.start(await folder('client'))
      const what = { torrent: material.torrent, folder: material.folder }
      if (client.recheck !== undefined) {
        await client.add(what)
        await done(client, signal)
        await pause(1_000)
      }
      using meter = new Meter(client.pid)
      const began = Date.now()
      // A client that cannot be told to check does it when it is given the torrent.
      await (client.recheck?.() ?? client.add(what))
      await done(client, signal)
      return reading(Date.now() - began, meter)
    },
  },
  idle: {
    title: 'Idle',
    against: `one complete torrent, nobody asks, ${idleMs / 1000} s`,
    rounds: false,
    async run(contestant, { material, folder, signal }) {
      await using client = await contestant.start(await folder('client'))
      await client.add({ torrent: material.torrent, folder: material.folder })
      await done(client, signal)
      await pause(10_000)
      using meter = new Meter(client.pid)
      await pause(idleMs)
      return reading(idleMs, meter)
    },
  },
}

function reading(wallMs: number, meter: Meter): Reading {
  return { wallSeconds: wallMs / 1000, ...meter.stop() }
}

/** Asks seldom enough that the answers cost nothing that counts. */
async function done(client: ForeignClient, signal: AbortSignal): Promise<void> {
  while (!(await client.progress()).done) {
    signal.throwIfAborted()
    await pause(25)
  }
}

function inTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    promise.then(resolve, reject)
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
