import type { Clock } from '@kith/core/network/clock.ts'
import type { Protocol } from '../talk/user-event.ts'
import type { Dialect } from './dialect.ts'
import type { Guest } from './guest.ts'
import { Pages } from './pages.ts'
import { Shout } from './shout.ts'

const protocols = ['adc', 'nmdc'] as const

/** What users of our hub hear: each word to all is made once for each protocol, and the list of users is kept as they get it. */
export class Broadcast implements Disposable {
  readonly #dialects: Readonly<Record<Protocol, Dialect>>
  readonly #shouts: Readonly<Record<Protocol, Shout>>
  readonly #pages: Readonly<Record<Protocol, Pages>>
  readonly #lost = new Set<Guest>()
  #lettingGo = false
  readonly #tooSlow: (guest: Guest) => void

  /** `tooSlow` is told of those who have not fetched what they were told; it has to make them leave. */
  constructor(clock: Clock, dialects: Readonly<Record<Protocol, Dialect>>, tooSlow: (guest: Guest) => void) {
    this.#dialects = dialects
    this.#tooSlow = tooSlow
    const pages = (protocol: Protocol): Pages => new Pages((guest) => dialects[protocol].user(guest))
    this.#pages = { adc: pages('adc'), nmdc: pages('nmdc') }
    const shout = (protocol: Protocol): Shout =>
      new Shout(
        clock,
        (guest) => this.#check(guest, this.#pages[protocol]),
        () => this.#letGo(),
      )
    this.#shouts = { adc: shout('adc'), nmdc: shout('nmdc') }
  }

  /** To everybody; made once for each protocol that somebody speaks. */
  say(make: (dialect: Dialect) => Uint8Array): void {
    for (const protocol of protocols) {
      const shout = this.#shouts[protocol]
      if (!shout.empty) shout.say(make(this.#dialects[protocol]))
    }
    this.#letGo()
  }

  /** To everybody who speaks a protocol. */
  sayIn(protocol: Protocol, bytes: Uint8Array): void {
    this.#shouts[protocol].say(bytes)
  }

  /** To one, after what is for everybody. */
  tell(guest: Guest, bytes: Uint8Array): void {
    const { protocol } = guest
    this.#shouts[protocol].tell(guest, bytes)
    this.#check(guest, this.#pages[protocol])
    // Whoever tells is in the middle of something, perhaps with this very guest.
    if (this.#lost.has(guest)) queueMicrotask(() => this.#letGo())
  }

  /** Tells somebody who is here. */
  list(guest: Guest): void {
    for (const page of this.#pages[guest.protocol].all()) this.tell(guest, page)
  }

  /** Somebody is here from now on: the others are told, and they hear what the others hear. */
  entered(guest: Guest): void {
    for (const protocol of protocols) this.#pages[protocol].add(guest)
    this.say((dialect) => dialect.user(guest))
    this.#shouts[guest.protocol].add(guest)
  }

  /** Somebody says something else of themselves; `changes` are the fields in ADC. */
  changed(guest: Guest, changes: readonly string[]): void {
    for (const protocol of protocols) this.#pages[protocol].changed(guest)
    this.say((dialect) => dialect.changed(guest, changes))
  }

  /** Nothing is for them any more. */
  left(guest: Guest): void {
    this.#lost.delete(guest)
    for (const protocol of protocols) {
      this.#shouts[protocol].remove(guest)
      this.#pages[protocol].remove(guest)
    }
  }

  #check(guest: Guest, pages: Pages): void {
    if (guest.tooSlow(pages.length)) this.#lost.add(guest)
  }

  /** The others hear of each who leaves, and may be lost by that: they come after him, not within. */
  #letGo(): void {
    if (this.#lettingGo) return
    this.#lettingGo = true
    try {
      for (const guest of this.#lost) this.#tooSlow(guest)
    } finally {
      this.#lettingGo = false
    }
  }

  /** What was said last goes out, and nothing after it. */
  [Symbol.dispose](): void {
    for (const protocol of protocols) {
      this.#shouts[protocol].flush()
      this.#shouts[protocol][Symbol.dispose]()
    }
  }
}
