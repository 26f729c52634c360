import { faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Conversation } from '../peers/conversation.ts'
import { partyKey } from '../peers/party.ts'
import type { Ask } from '../wire/ask.ts'
import type { Bodies, Body } from './bodies.ts'
import { isWorthPacking, sendPacked } from './packed.ts'
import { Repeats } from './repeats.ts'

/** Bytes that are read and sent at once, and how many of such parts are on their way. */
const partBytes = 512 * 1024
const mostParts = 3
/** A slot stays with a user this long after the last byte, for the next question. */
const holdMs = 20_000
/** And this long when they have had the end of a file and others wait: who goes on asks for the next one by then. */
const momentMs = 1_000
/** Who waits for a slot keeps the place this long without asking again. */
const queueMs = 90_000
/** Users who may wait. */
const mostQueued = 500
/** Small things are given to so many at once without a slot. */
const mostFree = 20

interface Slot {
  until: number
  busy: boolean
  /** They have had the end of a file, and need not have a next question. */
  through: boolean
  conversation: Conversation
  /** While it is held for the next question. */
  holding: Disposable | undefined
  /** Memory of parts that have gone: who has a slot asks for one part of a file after the other. */
  readonly buffers: Uint8Array[]
}

export interface UploadsWorld {
  readonly clock: Clock
  readonly log: Log
  readonly bodies: Bodies
  slots(): number
  /** The number of free slots is another one. */
  changed(): void
}

/** Gives what other users ask for: a slot for each, in the order in which they came. */
export class Uploads {
  readonly #world: UploadsWorld
  readonly #slots = new Map<string, Slot>()
  /** Who waits, with the time when they asked last. */
  readonly #queue = new Map<string, number>()
  readonly #giving = new Set<Conversation>()
  readonly #repeats: Repeats
  #free = 0

  constructor(world: UploadsWorld) {
    this.#world = world
    this.#repeats = new Repeats(world.clock)
  }

  get freeSlots(): number {
    this.#tidy()
    return Math.max(0, this.#world.slots() - this.#slots.size)
  }

  /** A conversation has ended: what it held is free. */
  ended(conversation: Conversation): void {
    for (const [key, slot] of this.#slots) if (slot.conversation === conversation && !slot.busy) this.#giveUp(key, slot)
  }

  /** Somebody asks for something. */
  asked(conversation: Conversation, ask: Ask): void {
    if (this.#giving.has(conversation)) return conversation.close(tooMuch)
    this.#giving.add(conversation)
    void this.#answer(conversation, ask)
      .catch((error: unknown) => {
        this.#world.log.debug('what a user asked for could not be given', { error: String(error) })
        conversation.close(faultOf(error, 'give a user what it asked for'))
      })
      .finally(() => this.#giving.delete(conversation))
  }

  async #answer(conversation: Conversation, ask: Ask): Promise<void> {
    const { party } = conversation
    if (party === undefined) return
    const body = await this.#world.bodies.find(ask, party.hub.address.share !== false)
    if (conversation.ended) return
    const bytes = body === undefined ? -1 : ask.bytes < 0 ? body.size - ask.start : ask.bytes
    if (body === undefined || bytes < 0 || ask.start + bytes > body.size) return conversation.refuse({ kind: 'absent' })
    const key = partyKey(party)
    if (!this.#repeats.allows(key, ask)) return conversation.refuse({ kind: 'other', text: 'You have had that often' })
    if (body.free && this.#free < mostFree) return this.#send(conversation, ask, body, bytes)
    const slot = this.#take(key, conversation)
    // Who has a slot already does not wait for another one: he would be before everybody who has none.
    if (slot === undefined)
      return conversation.refuse(this.#slots.has(key) ? { kind: 'busy' } : { kind: 'busy', place: this.#wait(key) })
    slot.busy = true
    slot.conversation = conversation
    slot.holding?.[Symbol.dispose]()
    try {
      await this.#send(conversation, ask, body, bytes, slot.buffers)
    } finally {
      slot.busy = false
      slot.through = ask.start + bytes === body.size
      if (conversation.ended) this.#giveUp(key, slot)
      else this.#hold(key, slot)
    }
  }

  /** A slot that is held already, or a free one when nobody who came earlier waits for it. */
  #take(key: string, conversation: Conversation): Slot | undefined {
    const known = this.#slots.get(key)
    if (known !== undefined) return known.busy ? undefined : known
    if (this.freeSlots === 0) this.#makeRoom()
    const free = this.freeSlots
    const before = [...this.#queue.keys()].indexOf(key)
    if (free === 0 || (before < 0 ? this.#queue.size : before) >= free) return undefined
    this.#queue.delete(key)
    const slot = { until: 0, busy: false, through: false, conversation, holding: undefined, buffers: [] }
    this.#slots.set(key, slot)
    this.#world.changed()
    return slot
  }

  #hold(key: string, slot: Slot): void {
    const ms = slot.through && this.#queue.size > 0 ? momentMs : holdMs
    slot.until = this.#world.clock.now() + ms
    slot.holding = this.#world.clock.after(ms, () => this.#giveUp(key, slot))
  }

  #giveUp(key: string, slot: Slot): void {
    slot.holding?.[Symbol.dispose]()
    if (this.#slots.get(key) !== slot) return
    this.#slots.delete(key)
    this.#world.changed()
  }

  /** Somebody waits: of those that are held by who need not come again, the one that would end first is given up. */
  #makeRoom(): void {
    const idle = [...this.#slots].filter(([, { busy, through }]) => through && !busy)
    const first = idle.toSorted(([, one], [, other]) => one.until - other.until)[0]
    if (first !== undefined) this.#giveUp(...first)
  }

  /** The place in the queue, from 1 on. */
  #wait(key: string): number {
    if (this.#queue.has(key) || this.#queue.size < mostQueued) this.#queue.set(key, this.#world.clock.now())
    return [...this.#queue.keys()].indexOf(key) + 1 || this.#queue.size + 1
  }

  #tidy(): void {
    const now = this.#world.clock.now()
    for (const [key, slot] of this.#slots) if (!slot.busy && slot.until < now) this.#giveUp(key, slot)
    for (const [key, at] of this.#queue) if (at + queueMs < now) this.#queue.delete(key)
  }

  async #send(
    conversation: Conversation,
    ask: Ask,
    body: Body,
    bytes: number,
    buffers: Uint8Array[] = [],
  ): Promise<void> {
    if (body.free) this.#free++
    try {
      if (ask.zlib && (await isWorthPacking(body, ask.start, bytes)))
        return await sendPacked(conversation, ask, body, bytes)
      if (conversation.ended) return
      conversation.give(ask, bytes, false)
      const onTheWay = new Set<Promise<void>>()
      for (let at = 0; at < bytes && !conversation.ended;) {
        if (onTheWay.size === mostParts) await Promise.race(onTheWay)
        const length = Math.min(partBytes, bytes - at)
        const spare = buffers.pop()
        const buffer = spare !== undefined && spare.length >= length ? spare : new Uint8Array(length)
        const part = buffer.subarray(0, length)
        await body.read(ask.start + at, part)
        if (conversation.ended) return
        at += part.length
        const { promise, resolve } = Promise.withResolvers<void>()
        onTheWay.add(promise)
        conversation.connection.send(part, () => {
          buffers.push(buffer)
          onTheWay.delete(promise)
          resolve()
        })
        body.gave?.(part.length)
      }
      await Promise.all(onTheWay)
    } finally {
      if (body.free) this.#free--
    }
  }
}

const tooMuch = {
  kind: 'peer' as const,
  code: 'directconnect/unasked',
  message: 'It asked for more before it had got what it asked for',
}
