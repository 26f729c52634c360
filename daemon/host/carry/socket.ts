import { readSync, writeSync } from 'node:fs'
import { systemError } from '../disk/fault.ts'
import type { CarryShared } from './orders.ts'
import { LOOK_MS, Stopped } from './stopped.ts'
import type { CarrySystem } from './system.ts'

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
  /** How many bytes have to be there before it is woken. */
  #wakesAt = 1

  constructor(file: number, shared: CarryShared, system: CarrySystem) {
    this.#file = file
    this.#shared = shared
    this.#system = system
  }

  /**
   * Receives to the `have` bytes that are there, until there are `least`; more come along if they are there, up to `most`.
   * Gives back how many there are.
   */
  fill(into: Uint8Array, have: number, least: number, most: number): number {
    let there = have
    while (there < least) {
      const missing = least - there
      const got = this.#when('read', missing, () => readSync(this.#file, into, there, most - there, null))
      if (got === 0) throw new SocketError('The other side has ended')
      // There may be more when all came that there was room for.
      this.#waits = there + got < most
      there += got
    }
    return there
  }

  /** Sends all of them. */
  send(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      at += this.#when('write', 1, () => writeSync(this.#file, bytes, at, bytes.length - at))
      this.#waits = at < bytes.length
    }
  }

  /** An attempt that would have to wait throws, which costs more than to ask before. */
  #when(what: 'read' | 'write', bytes: number, attempt: () => number): number {
    for (const begun = performance.now(); ;) {
      if (this.#shared.stopped) throw new Stopped()
      if (performance.now() - begun > PATIENCE_MS) throw new SocketError('The other side is silent')
      if (this.#waits) this.#wait(what, bytes)
      try {
        return attempt()
      } catch (error) {
        const { code, message } = systemError(error)
        if (code !== 'EAGAIN' && code !== 'EINTR') throw Object.assign(new SocketError(message), { code })
        this.#waits = true
      }
    }
  }

  #wait(what: 'read' | 'write', bytes: number): void {
    if (what === 'read' && bytes !== this.#wakesAt) {
      this.#system.wakeAt(this.#file, bytes)
      this.#wakesAt = bytes
    }
    this.#system.wait(this.#file, what, LOOK_MS)
  }
}
