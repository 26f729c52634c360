import type { Fault } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Pump } from '@kith/core/network/pump.ts'
import { pump } from '@kith/core/network/pump.ts'
import type { PeerEvent, PeerTalk, Refusal, Taker } from '../talk/peer-event.ts'
import type { Ask } from '../wire/ask.ts'
import type { Party } from './party.ts'

/** Who deals with a conversation once it is known whose it is. */
export interface ConversationOwner {
  asked(conversation: Conversation, ask: Ask): void
  drained(conversation: Conversation): void
  ended(conversation: Conversation, fault: Fault | undefined): void
}

/** One connection with another client, whoever opened it. */
export class Conversation {
  readonly connection: Connection
  readonly talk: PeerTalk
  /** Who they are, once they have said it and we believe it. */
  party: Party | undefined
  owner: ConversationOwner
  /** When something last went over it, in milliseconds since the epoch. */
  activeAt = 0
  #refused: ((refusal: Refusal) => void) | undefined
  #pump: Pump | undefined
  #ended = false

  constructor(connection: Connection, talk: PeerTalk, party: Party | undefined, owner: ConversationOwner) {
    this.connection = connection
    this.talk = talk
    this.party = party
    this.owner = owner
  }

  get ended(): boolean {
    return this.#ended
  }

  get free(): boolean {
    return !this.#ended && this.talk.free
  }

  /** `event` hears of the beginning; what is asked of us later goes to the owner. */
  start(clock: Clock, event: (event: PeerEvent) => void): void {
    const active = (): void => void (this.activeAt = clock.now())
    active()
    this.#pump = pump<PeerEvent>(
      this.talk,
      this.connection,
      clock,
      (one) => {
        // What came with the hello of somebody who was turned away is nobody's.
        if (this.#ended) return
        active()
        if (one.kind === 'asked') this.owner.asked(this, one.ask)
        else if (one.kind === 'refused') this.#answered()?.(one.refusal)
        else event(one)
      },
      (fault) => {
        this.#ended = true
        this.owner.ended(this, fault)
      },
      () => {
        active()
        this.owner.drained(this)
      },
    )
  }

  ask(ask: Ask, taker: Taker, refused: (refusal: Refusal) => void): void {
    this.#refused = refused
    this.talk.ask(ask, taker)
    this.flush()
  }

  give(ask: Ask, bytes: number, zlib: boolean): void {
    this.talk.give(ask, bytes, zlib)
    this.flush()
  }

  refuse(refusal: Refusal): void {
    this.talk.refuse(refusal)
    this.flush()
  }

  flush(): void {
    this.#pump?.drain()
  }

  close(fault?: Fault): void {
    if (this.#ended) return
    this.connection.close(fault)
    if (this.#ended) return
    this.#ended = true
    this.owner.ended(this, fault)
  }

  #answered(): ((refusal: Refusal) => void) | undefined {
    const refused = this.#refused
    this.#refused = undefined
    return refused
  }
}
