import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Refusal, Taker } from '../talk/peer-event.ts'
import type { Ask } from '../wire/ask.ts'
import type { Conversation } from './conversation.ts'
import type { Party } from './party.ts'

/** Somebody with nothing to ask for keeps a connection this long: ncdc ends it after 30 seconds itself. */
const idleMs = 20_000
/**
 * And this long when nothing more is wanted of them: the next of many short files needs no new one. No longer, for with some a
 * connection keeps its slot from others; and not at all while all slots of theirs are taken, ours among them.
 */
const spareMs = 5_000
/** How often it is looked whether they are. */
const lookMs = 500
/** Waits after a connection that came to nothing, doubled each time: others are busy with our last one for a moment. */
const firstWaitMs = 4_000
const longestWaitMs = 10 * 60_000

/** Something that is wanted of one person: a part of a file, a list. */
export interface Demand {
  /** Whether it is worth connecting for. */
  readonly wanting: boolean
  /** The next thing to ask for; undefined when there is nothing now. */
  next(): { readonly ask: Ask; readonly taker: Taker } | undefined
  refused(refusal: Refusal): void
  /** The answer will not be completed, or they cannot be reached; it may be tried again. */
  lost(fault: Fault): void
}

export interface LineWorld {
  readonly clock: Clock
  connect(party: Party, signal: AbortSignal): Promise<Conversation>
  /** All slots that they have are taken: whoever comes has to wait. */
  crowded(party: Party): boolean
  /** Nobody wants anything of them any more, and it is closed. */
  empty(line: Line): void
}

/**
 * Everything that we want of one person, over one connection at a time: clients accept only one from each other. The
 * demands take turns.
 *
 * ```
 *          something is wanted        they are there
 *   apart ─────────────────────► dialling ─────────► together
 *     ▲ ▲                            │                   │
 *     │ └────────── time ── resting ◄┘ nobody came       │
 *     └──────────────────────────────────────────────────┘ nothing wanted for a while, or the connection ended
 * ```
 */
export class Line {
  party: Party
  readonly #world: LineWorld
  readonly #demands = new Set<Demand>()
  readonly #stop = new AbortController()
  #conversation: Conversation | undefined
  #dialling = false
  #serving: Demand | undefined
  #failures = 0
  /** When the conversation began. */
  #since = 0
  /** Something was asked for in it that needs a slot. */
  #slotted = false
  #resting: Disposable | undefined
  #idle: Disposable | undefined

  constructor(party: Party, world: LineWorld) {
    this.party = party
    this.#world = world
  }

  /** For people: why nothing moves. */
  get state(): string | undefined {
    if (this.#conversation !== undefined) return undefined
    if (this.#dialling) return 'connecting'
    return this.#resting === undefined ? undefined : 'could not be reached'
  }

  add(demand: Demand): void {
    this.#demands.add(demand)
    this.poke()
  }

  remove(demand: Demand): void {
    this.#demands.delete(demand)
    // What comes for it now cannot be stopped otherwise.
    if (this.#serving === demand) this.#conversation?.close()
    if (this.#demands.size > 0 || this.#stop.signal.aborted) return
    if (this.#conversation?.free === true) this.#ask(this.#conversation)
    else this.#end()
  }

  /** Looks whether there is something to ask for. */
  poke(): void {
    if (this.#stop.signal.aborted) return
    if (this.#conversation !== undefined) return this.#ask(this.#conversation)
    if (this.#dialling || this.#resting !== undefined || ![...this.#demands].some(({ wanting }) => wanting)) return
    void this.#dial()
  }

  close(): void {
    this.#stop.abort(fail('gone', 'directconnect/closing', 'Nothing is wanted of them any more'))
    this.#resting?.[Symbol.dispose]()
    this.#idle?.[Symbol.dispose]()
    this.#conversation?.close()
  }

  #end(): void {
    this.close()
    this.#world.empty(this)
  }

  async #dial(): Promise<void> {
    this.#dialling = true
    try {
      this.#together(await this.#world.connect(this.party, this.#stop.signal))
    } catch (error) {
      this.#dialling = false
      if (this.#stop.signal.aborted) return
      this.#rest(faultOf(error, 'connect to a user'))
    }
  }

  #together(conversation: Conversation): void {
    this.#dialling = false
    if (conversation.ended) return this.#rest(gone)
    if (this.#stop.signal.aborted) return conversation.close()
    this.#conversation = conversation
    this.#since = this.#world.clock.now()
    this.#slotted = false
    const { owner } = conversation
    conversation.owner = {
      ...owner,
      asked: (of, ask) => owner.asked(of, ask),
      drained: (of) => owner.drained(of),
      ended: (of, fault) => {
        owner.ended(of, fault)
        this.#ended(fault)
      },
    }
    this.#ask(conversation)
  }

  #ask(conversation: Conversation): void {
    if (!conversation.free || this.#serving !== undefined) return
    this.#idle?.[Symbol.dispose]()
    this.#idle = undefined
    for (const demand of this.#demands) {
      const wish = demand.next()
      if (wish === undefined) continue
      // The others come first next time.
      this.#demands.delete(demand)
      this.#demands.add(demand)
      this.#serving = demand
      const { taker } = wish
      this.#slotted ||= wish.ask.name.startsWith('TTH/')
      conversation.ask(
        wish.ask,
        {
          begin: (bytes) => taker.begin(bytes),
          body: (bytes) => taker.body(bytes),
          end: () => {
            this.#serving = undefined
            this.#failures = 0
            taker.end()
            // The machine is in the middle of a call.
            queueMicrotask(() => this.poke())
          },
        },
        (refusal) => {
          this.#serving = undefined
          demand.refused(refusal)
          queueMicrotask(() => this.poke())
        },
      )
      return
    }
    if (this.#demands.size === 0) return this.#spare(conversation, this.#world.clock.now() + spareMs)
    this.#idle = this.#world.clock.after(idleMs, () => conversation.close())
  }

  /** Nothing is wanted any more: kept for what may come next, unless that keeps others from a slot. */
  #spare(conversation: Conversation, until: number): void {
    const { clock } = this.#world
    const left = until - clock.now()
    if (left <= 0 || (this.#slotted && this.#world.crowded(this.party))) return conversation.close()
    this.#idle = clock.after(Math.min(left, lookMs), () => this.#spare(conversation, until))
  }

  #ended(fault: Fault | undefined): void {
    this.#conversation = undefined
    this.#idle?.[Symbol.dispose]()
    this.#idle = undefined
    const cut = this.#serving !== undefined
    this.#serving = undefined
    if (this.#stop.signal.aborted) return
    if (this.#demands.size === 0) return this.#end()
    const brief = this.#world.clock.now() - this.#since < firstWaitMs
    if (cut || brief || fault !== undefined) this.#rest(fault ?? gone)
    else {
      for (const demand of this.#demands) demand.lost(gone)
      queueMicrotask(() => this.poke())
    }
  }

  #rest(fault: Fault): void {
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(this.#failures++, 10))
    this.#resting?.[Symbol.dispose]()
    this.#resting = this.#world.clock.after(wait, () => {
      this.#resting = undefined
      this.poke()
    })
    for (const demand of this.#demands) demand.lost(fault)
  }
}

const gone: Fault = { kind: 'gone', code: 'directconnect/gone', message: 'The other client has ended the connection' }
