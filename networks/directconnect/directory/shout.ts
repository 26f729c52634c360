import type { Clock } from '@kith/core/network/clock.ts'
import { concat } from '@kith/wire/bytes.ts'
import type { Guest } from './guest.ts'

/**
 * What is for all is gathered for so long, so that a busy hub writes once for many lines; and longer by this for each who
 * hears it: a crowd that logs in at once would else cost as many writes as there are pairs of users.
 */
const gatherMs = 10
const gatherMsPerGuest = 0.02
/** And no longer than this many bytes. */
const mostGathered = 64 * 1024

/** What is said to all users of one protocol: gathered, encoded once, and one buffer for all of them. */
export class Shout implements Disposable {
  readonly #clock: Clock
  readonly #guests = new Set<Guest>()
  readonly #checked: (guest: Guest) => void
  readonly #said: () => void
  #parts: Uint8Array[] = []
  #bytes = 0
  #timer: Disposable | undefined

  /** `checked` is told of each who was given something, and `said` when all were. */
  constructor(clock: Clock, checked: (guest: Guest) => void, said: () => void) {
    this.#clock = clock
    this.#checked = checked
    this.#said = said
  }

  get empty(): boolean {
    return this.#guests.size === 0
  }

  /** Hears what is said from now on. */
  add(guest: Guest): void {
    guest.heard = this.#parts.length
    this.#guests.add(guest)
  }

  remove(guest: Guest): void {
    this.#guests.delete(guest)
  }

  say(bytes: Uint8Array): void {
    if (this.#guests.size === 0) return
    this.#parts.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes >= mostGathered) return this.flush()
    this.#timer ??= this.#clock.after(gatherMs + gatherMsPerGuest * this.#guests.size, () => {
      this.flush()
      this.#said()
    })
  }

  /** Says to somebody alone, after what he was to hear with the others. */
  tell(guest: Guest, bytes: Uint8Array): void {
    if (guest.heard < this.#parts.length && this.#guests.has(guest)) {
      guest.connection.send(concat(this.#parts.slice(guest.heard)))
      guest.heard = this.#parts.length
    }
    guest.connection.send(bytes)
  }

  flush(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    const parts = this.#parts
    if (parts.length === 0) return
    this.#parts = []
    this.#bytes = 0
    const whole = parts.length === 1 ? parts[0]! : concat(parts)
    // Who came in between gets the end of the same bytes.
    const starts: number[] = []
    let start = 0
    for (const part of parts) {
      starts.push(start)
      start += part.length
    }
    for (const guest of this.#guests) {
      const { heard } = guest
      guest.heard = 0
      if (heard < parts.length) guest.connection.send(heard === 0 ? whole : whole.subarray(starts[heard]))
      this.#checked(guest)
    }
  }

  /** Nobody hears what is said afterwards. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#guests.clear()
  }
}
