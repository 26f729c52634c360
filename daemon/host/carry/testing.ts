import assert from 'node:assert/strict'
import { closeSync, constants, openSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { budgets } from '@kith/core/limits/tree.ts'
import { type Fault, FaultError } from '@kith/core/fault/fault.ts'
import type { Giving, Taking } from '@kith/core/network/carriers.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Check, LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { FileRun } from '@kith/core/transfer/storage.ts'
import { systemClock } from '../clock.ts'
import { leafHash } from '../disk/algorithms.ts'
import { folder } from '../disk/testing.ts'
import { Turns } from '../disk/turns.ts'
import { openNet, type OpenNet } from '../net/open.ts'
import { systemRandom } from '../random.ts'
import { CarrierThreads, type CarriersWorld } from './carriers.ts'
import { recordCiphers } from './crypto.ts'
import { carrySystem } from './system.ts'

export const MIB: number = 1024 * 1024
const HOST = '127.0.0.1'
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
/** What a taker says first, so that it is known who dials. */
const HELLO = Uint8Array.of(75)

/** Where Node cannot call the system or its OpenSSL, everything goes the usual way, and nothing here can be shown. */
function possible(): boolean {
  try {
    recordCiphers()
    carrySystem()
    return process.platform === 'linux'
  } catch {
    return false
  }
}

/** For tests of what only threads do. */
export const skip: string | false = !possible() && 'threads that carry need Linux and a Node that calls the C library'

/** Bytes that no two places of a file have alike. */
export function numbered(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4))
  for (let at = 0, state = seed; at < words.length; at++)
    words[at] = state = (Math.imul(state, 1664525) + 1013904223) | 0
  return new Uint8Array(words.buffer).slice(0, length)
}

/** Of every connection here. */
export const key: Uint8Array<ArrayBuffer> = numbered(32, 5)

export function checkOf(bytes: Uint8Array, algorithm: LeafAlgorithm = 'sha256', start = 0): Check {
  const running = leafHash(algorithm).start()
  running.update(bytes)
  return { start, end: start + bytes.length, algorithm, expected: running.digest() }
}

/** Waits for what no event tells, for a while. */
export async function eventually(what: string, test: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (await test()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`it never came true: ${what}`)
}

/** A machine with sockets, threads and a folder of its own, all of which are gone at the end of its scope. */
export interface Ground extends AsyncDisposable {
  readonly net: OpenNet
  readonly carriers: CarrierThreads
  /** Two ends: who dials takes, as between devices. */
  pair(through?: (port: number) => Promise<number>): Promise<{ readonly giver: Connection; readonly taker: Connection }>
  /** An end whose other side is no program of ours. */
  taker(other: (socket: Socket) => void): Promise<Connection>
  /** A run of a new file. */
  file(name: string, bytes: Uint8Array): Promise<FileRun>
  /** A run of a file that is written. */
  empty(name: string, length: number, position?: number): FileRun
  written(name: string): Promise<Uint8Array>
  readonly dir: string
}

export async function ground(options: Partial<CarriersWorld> = {}): Promise<Ground> {
  const stack = new AsyncDisposableStack()
  const dir = stack.use(await folder()).path
  const clock = systemClock()
  const files: number[] = []
  stack.defer(() => files.forEach((file) => closeSync(file)))
  const net = stack.use(
    await openNet({ clock, random: systemRandom(), budget: budgets(clock), log, port: 0, bind: HOST }),
  )
  const carriers = stack.use(new CarrierThreads({ clock, turns: new Turns(), ...options }))
  let arrived = Promise.withResolvers<Connection>()
  stack.use(
    await net.listen({
      recognise: (head) => (head.length === 0 ? undefined : head[0] === HELLO[0]),
      accept: (one) => arrived.resolve(one),
    }),
  )
  const dialled = async (port: number): Promise<Connection> => {
    const taker = await net.connect({ host: HOST, port })
    taker.send(HELLO)
    return taker
  }
  const open = (path: string, flags: number): number => {
    const file = openSync(path, flags)
    files.push(file)
    return file
  }
  return {
    net,
    carriers,
    dir,
    async pair(through = async (port) => port) {
      arrived = Promise.withResolvers()
      const taker = await dialled(await through(net.port))
      return { taker, giver: await arrived.promise }
    },
    async taker(other) {
      const server = createServer((socket) => {
        socket.on('error', () => {})
        stack.defer(() => void socket.destroy())
        other(socket)
      }).listen(0, HOST)
      await once(server, 'listening')
      stack.defer(() => void server.close())
      return dialled((server.address() as AddressInfo).port)
    },
    async file(name, bytes) {
      const path = join(dir, name)
      await writeFile(path, bytes)
      return { file: open(path, constants.O_RDONLY), path, position: 0, length: bytes.length }
    },
    empty(name, length, position = 0) {
      const path = join(dir, name)
      return { file: open(path, constants.O_RDWR | constants.O_CREAT), path, position, length }
    },
    written: (name) => readFile(join(dir, name)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** How many threads of this process carry bytes. */
export async function carrying(): Promise<number> {
  let count = 0
  for (const task of await readdir('/proc/self/task')) {
    const name = await readFile(`/proc/self/task/${task}/comm`, 'utf8').catch(() => '')
    if (/^kith (give|receive|write)/.test(name)) count++
  }
  return count
}

export async function descriptors(): Promise<number> {
  return (await readdir('/proc/self/fd')).length
}

export function code(expected: string): (error: unknown) => boolean {
  return (error: unknown): boolean => error instanceof FaultError && error.fault.code === expected
}

/** The fault of what has to be rejected; heard from at once, so that it is never unhandled. */
export async function faultFrom(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise
  } catch (error) {
    if (error instanceof FaultError) return error.fault
    throw error
  }
  return assert.fail('it was not rejected')
}

/** A failing `deepEqual` of many bytes takes minutes to print its difference. */
export function same(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length)
  assert.equal(Buffer.compare(actual, expected), 0, 'the bytes are the same')
}

/** Threads at both ends. */
export async function both(
  { carriers, pair }: Ground,
  through?: (port: number) => Promise<number>,
): Promise<{ readonly giving: Giving; readonly taking: Taking }> {
  const { giver, taker } = await pair(through)
  const [giving, taking] = [carriers.give(giver, key), carriers.take(taker, key)]
  assert.ok(giving !== undefined && taking !== undefined)
  return { giving, taking }
}
