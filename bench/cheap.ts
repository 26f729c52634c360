import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Material } from './material.ts'

/** The other end of a measured transfer: a program that costs so little that the client is the limit. */
export interface Cheap extends Disposable {
  /** Milliseconds since the epoch of the first request, and of the last byte. */
  readonly first: Promise<number>
  readonly last: Promise<number>
}

export interface CheapPeers {
  seed(port: number, material: Material): Cheap
  sink(port: number, material: Material): Cheap
}

/** Compiles the two peers. Undefined without a C compiler. */
export function compilePeers(folder: string): CheapPeers | undefined {
  for (const name of ['seed', 'sink']) {
    const source = join(import.meta.dirname, 'peers', `${name}.c`)
    const { status, error } = spawnSync('cc', ['-O2', '-Wall', '-o', join(folder, name), source], { stdio: 'inherit' })
    if (error !== undefined) return undefined
    if (status !== 0) throw new Error(`${source} does not compile`)
  }
  return {
    seed: (port, of) =>
      start(join(folder, 'seed'), [port, of.infoHash, of.pieces, of.file, of.pieceLength].map(String)),
    sink: (port, of) => start(join(folder, 'sink'), [port, of.infoHash, of.size, of.pieceLength].map(String)),
  }
}

function start(command: string, args: readonly string[]): Cheap {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [first, last] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()]
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, seconds] = line.split(' ')
    const moment = word === 'first' ? first : last
    moment.resolve(Number(seconds) * 1000)
  })
  child.on('exit', (status) => {
    const error = new Error(`${command} ended with ${status}`)
    first.reject(error)
    last.reject(error)
  })
  // Whoever waits hears of it; nobody has to wait for both.
  first.promise.catch(() => {})
  last.promise.catch(() => {})
  return { first: first.promise, last: last.promise, [Symbol.dispose]: () => void child.kill() }
}
