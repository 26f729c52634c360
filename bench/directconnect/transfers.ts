import { randomFillSync } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { digestOf } from '@kith/core/content/digest.ts'
import { formatMagnet } from '@kith/directconnect/wire/links.ts'
import { programPath } from '@kith/interop/peers/process.ts'
import { Uhub } from '@kith/interop/peers/uhub.ts'
import { tigerTreeDigester } from '@kith/wire/hash/tiger-tree.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { warmMemory } from '../material.ts'
import { Meter } from '../meter.ts'
import type { ClientName, Giver, Material, Taker } from './clients.ts'
import { clients } from './clients.ts'
import { loopbackBytes } from './loopback.ts'

export interface Pair {
  readonly from: ClientName
  readonly to: ClientName
}

/** One file that went from one client to another, or did not. */
export interface TransferTurn extends Pair {
  readonly tls: boolean
  /** Bytes of the file. */
  readonly bytes: number
  readonly reading?: TransferReading
  /** Why there is none. */
  readonly failed?: string
}

export interface TransferReading {
  /** From the wish until the first bytes of the file: search, queue and meeting. */
  readonly before: number
  /** From the first bytes of the file until the taker has it whole, verified, in its place. */
  readonly seconds: number
  /** CPU seconds of each side in that time. */
  readonly giverCpu: number
  readonly takerCpu: number
  /** The most memory of its own that each had. */
  readonly giverMib: number
  readonly takerMib: number
}

export interface TransferWish {
  /** In bytes. */
  readonly sizes: readonly number[]
  readonly tls: readonly boolean[]
  readonly pairs: readonly Pair[]
  readonly rounds: number
}

const mib = 2 ** 20
/** More than what the two and the hub say to each other before: lists, leaves, searches. */
const chatterBytes = mib / 2
const pollMs = 2
/** EiskaltDC++ makes its next try a minute after one that failed, and then two. */
const firstByteMs = 200_000
const transferMs = 120_000

/**
 * Every pair in turn, round after round. A giver stays on a hub of its own for all of them, for it has to hash the file
 * first; whoever takes is started anew each time.
 */
export async function transfers(folder: string, wish: TransferWish): Promise<readonly TransferTurn[]> {
  const missing = ['uhub', 'ncdc', 'tmux', 'eiskaltdcpp-daemon'].filter((one) => programPath(one) === undefined)
  if (missing.length > 0) {
    console.log(`NOT MEASURED: ${missing.join(', ')} not installed`)
    return []
  }
  const turns: TransferTurn[] = []
  for (const size of wish.sizes) {
    const place = join(folder, `${size / mib}`)
    const material = await makeMaterial(join(place, 'shared'), size)
    for (const tls of wish.tls) {
      const one = { tls, pairs: wish.pairs, rounds: wish.rounds, material }
      turns.push(...(await inTurns(join(place, tls ? 'tls' : 'plain'), one)))
    }
    await rm(place, { recursive: true, force: true, maxRetries: 5 })
  }
  return turns
}

interface Turns {
  readonly tls: boolean
  readonly pairs: readonly Pair[]
  readonly rounds: number
  readonly material: Material
}

async function inTurns(place: string, { tls, pairs, rounds, material }: Turns): Promise<readonly TransferTurn[]> {
  await using stack = new AsyncDisposableStack()
  const givers = new Map<ClientName, Giver>()
  for (const name of new Set(pairs.map(({ from }) => from))) {
    const own = join(place, `from ${name}`)
    const hub = stack.use(await Uhub.start(join(own, 'uhub'))).address
    givers.set(name, stack.use(await clients[name].give(join(own, 'giver'), hub, tls, material)))
  }
  const turns: TransferTurn[] = []
  const failed = new Set<Pair>()
  // One that cannot be done is not tried again.
  for (let round = 1; round <= rounds; round++) {
    for (const pair of pairs.filter((one) => !failed.has(one))) {
      const own = join(place, 'taker')
      const what = { ...pair, tls, bytes: material.size }
      const giver = givers.get(pair.from)!
      try {
        await using taker = await clients[pair.to].take(own, giver.hub, tls)
        turns.push({ ...what, reading: await turn(giver, taker, material) })
      } catch (error) {
        failed.add(pair)
        turns.push({ ...what, failed: (error as Error).message })
      }
      console.log(JSON.stringify(turns.at(-1)))
      await rm(own, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  return turns
}

async function turn(giver: Giver, taker: Taker, material: Material): Promise<TransferReading> {
  await mkdir(taker.folder, { recursive: true })
  await warmMemory(taker.folder, material.size)
  try {
    await taker.prepare(giver, material)
    const before = loopbackBytes()
    const wished = performance.now()
    await taker.take(giver, material)
    await until(() => loopbackBytes() - before > chatterBytes, firstByteMs, 'nothing came')
    const began = performance.now()
    using giving = new Meter(giver.pid)
    using taking = new Meter(taker.pid)
    // Whether it is whole is only asked once all of it must have come: who is asked often has less time to work.
    await until(() => loopbackBytes() - before > material.size, transferMs, 'it stopped in the middle')
    await until(() => taker.whole(material), transferMs, 'it was never whole')
    const ended = performance.now()
    const [gave, took] = [giving.stop(), taking.stop()]
    return {
      before: (began - wished) / 1000,
      seconds: (ended - began) / 1000,
      giverCpu: gave.cpuSeconds,
      takerCpu: took.cpuSeconds,
      giverMib: gave.privateMib,
      takerMib: took.privateMib,
    }
  } catch (error) {
    for (const [who, log] of Object.entries({ giver: await giver.log(), taker: await taker.log() }))
      console.log(`-- ${who}:\n${log.trim().split('\n').slice(-15).join('\n')}`)
    throw error
  }
}

async function until(test: () => boolean | Promise<boolean>, ms: number, otherwise: string): Promise<void> {
  const end = performance.now() + ms
  while (!(await test())) {
    if (performance.now() > end) throw new Error(`${otherwise} within ${ms / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** A file of random bytes, with a magnet link to it. */
async function makeMaterial(folder: string, size: number): Promise<Material> {
  await mkdir(folder, { recursive: true })
  const name = 'material.bin'
  const digester = tigerTreeDigester(new TigerKernel())
  const part = new Uint8Array(mib)
  await using handle = await open(join(folder, name), 'w')
  for (let at = 0; at < size; at += part.length) {
    const bytes = randomFillSync(part).subarray(0, size - at)
    digester.update(bytes)
    await handle.write(bytes)
  }
  const magnet = formatMagnet({ digests: [digestOf('tth', digester.digest().root)], size, name })!
  return { folder, name, size, magnet }
}
