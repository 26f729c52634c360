import type { Fault } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'

/** A handshake has to be over by then, however slowly it dribbles in. */
const handshakeMs = 10_000
/** A peer that says nothing for so long is gone: some keep-alives (every two minutes, BEP 3) may be late. */
const silenceMs = 180_000
/** We say something at least this often. */
const keepAliveMs = 100_000
/** A message other than a block has to be complete this long after it began. */
const messageMs = 60_000

/** Messages that are no payload and no news, in one window: more is an attempt to keep us busy. */
const mostIdle = 5_000
const windowMs = 10_000

/** Keeps the times of one conversation. All times are in milliseconds since the epoch. */
export class Patience {
  readonly #handshakeBy: number
  #heardAt: number
  #saidAt: number
  /** When the message that is coming in began. */
  #messageSince: number | undefined
  #open = false
  #windowFrom: number
  #idle = 0

  constructor(now: number) {
    this.#handshakeBy = now + handshakeMs
    this.#heardAt = now
    this.#saidAt = now
    this.#windowFrom = now
  }

  opened(): void {
    this.#open = true
  }

  /** Bytes came; `inMessage` says whether a message is left incomplete by them. */
  heard(now: number, inMessage: boolean): void {
    this.#heardAt = now
    if (!inMessage) this.#messageSince = undefined
    else this.#messageSince ??= now
  }

  /** A message ended: the next one has its own time. */
  messageEnded(): void {
    this.#messageSince = undefined
  }

  said(now: number): void {
    this.#saidAt = now
  }

  /** Counts a message that changes nothing. @throws FaultError `peer` `bittorrent/flood` */
  idle(now: number): void {
    if (now - this.#windowFrom >= windowMs) {
      this.#windowFrom = now
      this.#idle = 0
    }
    this.#idle++
    if (this.#idle > mostIdle) throw fail('peer', 'bittorrent/flood', 'It floods us with messages that say nothing')
  }

  get deadline(): number {
    if (!this.#open) return this.#handshakeBy
    const message = this.#messageSince === undefined ? Infinity : this.#messageSince + messageMs
    return Math.min(this.#heardAt + silenceMs, this.#saidAt + keepAliveMs, message)
  }

  /** What is due: the end, with its fault, or a keep-alive of ours. */
  tick(now: number): Fault | 'keep-alive' | undefined {
    if (!this.#open) {
      if (now < this.#handshakeBy) return undefined
      return { kind: 'gone', code: 'bittorrent/handshake-timeout', message: 'It did not finish its greeting in time' }
    }
    if (now - this.#heardAt >= silenceMs) {
      return { kind: 'gone', code: 'bittorrent/silence', message: 'It has been silent for too long' }
    }
    if (this.#messageSince !== undefined && now - this.#messageSince >= messageMs) {
      return { kind: 'peer', code: 'bittorrent/dribble', message: 'It has been sending one message for too long' }
    }
    return now - this.#saidAt >= keepAliveMs ? 'keep-alive' : undefined
  }
}
