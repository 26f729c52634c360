import { readSync, writevSync } from 'node:fs'
import { systemError } from '../disk/fault.ts'
import type { CarryShared } from './orders.ts'
import { Stopped } from './stopped.ts'
import type { CarrySystem } from './system.ts'

/** How long a thread waits for the other side before it looks whether it is to end. */
const LOOK_MS = 50
/** The same, where so few bytes are to come that the socket may not wake for them. */
const FEW_MS = 1
/** Whoever neither sends nor takes anything for so long, though he should, keeps no thread. */
const PATIENCE_MS = 60_000

/** The other side has ended, or the connection is broken. */
export class SocketError extends Error {}

/** A socket that a thread reads and writes by itself, and waits for. All methods throw `SocketError` and `Stopped`. */
export class BlockingSocket {
  readonly #file: number
  readonly #shared: CarryShared
  readonly #system: CarrySystem
  /** The last call did less than it could: the next would have to wait. */
  #waits = true

  constructor(file: number, shared: CarryShared, system: CarrySystem) {
    this.#file = file
    this.#shared = shared
    this.#system = system
  }

  /** Wakes for so many bytes rather than for each few of them. */
  wakeAt(bytes: number): void {
    this.#system.wakeAt(this.#file, bytes)
  }

  /** At least one byte. @param few fewer are to come than it wakes for */
  read(into: Uint8Array, few: boolean): number {
    const got = this.#when('read', few ? FEW_MS : LOOK_MS, () => readSync(this.#file, into))
    if (got === 0) throw new SocketError('The other side has ended')
    this.#waits = got < into.length
    return got
  }

  writeAll(parts: readonly Uint8Array[]): void {
    const rest = [...parts]
    while (rest.length > 0) {
      let written = this.#when('write', LOOK_MS, () => writevSync(this.#file, rest))
      while (rest.length > 0 && written >= rest[0]!.length) written -= rest.shift()!.length
      this.#waits = rest.length > 0
      if (this.#waits) rest[0] = rest[0]!.subarray(written)
    }
  }

  /** An attempt that would have to wait throws, which costs more than to ask before. */
  #when(what: 'read' | 'write', lookMs: number, attempt: () => number): number {
    for (const begun = performance.now(); ;) {
      if (this.#shared.stopped) throw new Stopped()
      if (performance.now() - begun > PATIENCE_MS) throw new SocketError('The other side is silent')
      if (this.#waits) this.#system.wait(this.#file, what, lookMs)
      try {
        return attempt()
      } catch (error) {
        const { code, message } = systemError(error)
        if (code !== 'EAGAIN' && code !== 'EINTR') throw Object.assign(new SocketError(message), { code })
        this.#waits = true
      }
    }
  }
}
