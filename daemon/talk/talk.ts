import type { Message, Person, Room } from '@kith/core/chat/chat.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Chat } from '@kith/core/network/facets.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Supervised } from '../supervisor.ts'

/** Rooms whose last look is remembered, people who are ignored, and talks that were opened and are empty yet. */
const mostRooms = 1_000
const mostIgnored = 1_000
const mostOpened = 100

/** A room, and the network that has it. */
export interface Place {
  readonly network: string
  readonly chat: Chat
  readonly room: Room
}

/** All rooms of all networks: what was seen of them, and of whom nothing is to be seen. */
export class Talk {
  readonly #networks: ReadonlyMap<string, Supervised>
  readonly #keep: Keep
  readonly #clock: Clock
  readonly #begun: number
  /** When somebody looked, by room. */
  readonly #seen: Map<string, number>
  readonly #ignored: Set<string>
  readonly #opened = new Map<string, { readonly network: string; readonly room: Room }>()

  constructor(networks: ReadonlyMap<string, Supervised>, keep: Keep, clock: Clock) {
    this.#networks = networks
    this.#keep = keep
    this.#clock = clock
    this.#begun = clock.now()
    this.#seen = new Map(read(keep, 'seen').filter(isMark))
    this.#ignored = new Set(read(keep, 'ignored').filter((one) => typeof one === 'string'))
  }

  *chats(): Generator<readonly [string, Chat]> {
    for (const [id, { membership }] of this.#networks) if (membership?.chat !== undefined) yield [id, membership.chat]
  }

  /** Rooms that there are, and talks that were opened and have no message yet. */
  places(): readonly Place[] {
    const places: Place[] = []
    for (const [network, chat] of this.chats()) {
      const rooms = new Map(chat.rooms.current.map((room) => [room.id, room]))
      for (const [id, opened] of this.#opened)
        if (opened.network === network && !rooms.has(id)) rooms.set(id, opened.room)
      for (const room of rooms.values()) places.push({ network, chat, room })
    }
    return places
  }

  /** The private talk of a person, remembered as a room from now on. */
  open({ talk, peer }: Person): Place | undefined {
    const known = this.places().find(({ room }) => room.id === talk)
    if (known !== undefined || talk === undefined) return known
    if (this.#opened.size >= mostOpened) this.#opened.delete(this.#opened.keys().next().value!)
    const room: Room = { id: talk, title: peer.name, kind: 'private', people: 2 }
    this.#opened.set(talk, { network: peer.network, room })
    return this.places().find((place) => place.room === room)
  }

  /** Everybody who is in any room, once. */
  everybody(): readonly Person[] {
    const people = new Map<string, Person>()
    for (const { chat, room } of this.places()) {
      for (const person of chat.people?.(room.id) ?? []) {
        const key = `${person.peer.network} ${person.peer.key}`
        if (!people.has(key)) people.set(key, person)
      }
    }
    return [...people.values()]
  }

  /** What was said, without those who are ignored. */
  messages({ network, chat, room }: Place): readonly Message[] {
    const all = chat.history(room.id)
    if (this.#ignored.size === 0) return all
    return all.filter((message) => message.own || !this.isIgnored(network, message.peer ?? message.from))
  }

  /** What others said since somebody looked. */
  unread(place: Place): { readonly all: number; readonly mentions: number } {
    const since = this.#seen.get(keyOf(place)) ?? this.#begun
    const messages = place.chat.history(place.room.id)
    let [all, mentions] = [0, 0]
    for (let at = messages.length - 1; at >= 0; at--) {
      const message = messages[at]!
      if (heardAt(message) <= since) break
      if (message.own || this.isIgnored(place.network, message.peer ?? message.from)) continue
      all++
      if (message.mention === true) mentions++
    }
    return { all, mentions }
  }

  /** Everything that is in it now was seen. */
  see(place: Place): void {
    const newest = place.chat.history(place.room.id).at(-1)
    const last = newest === undefined ? 0 : heardAt(newest)
    const key = keyOf(place)
    if ((this.#seen.get(key) ?? this.#begun) >= last) return
    this.#seen.delete(key)
    // The clocks of others may go before.
    this.#seen.set(key, Math.max(last, this.#clock.now()))
    if (this.#seen.size > mostRooms) this.#seen.delete(this.#seen.keys().next().value!)
    write(this.#keep, 'seen', [...this.#seen])
  }

  /** By name, or by key where names are not unique. */
  isIgnored(network: string, name: string): boolean {
    return this.#ignored.has(`${network} ${name}`)
  }

  ignored(): readonly { readonly network: string; readonly name: string }[] {
    return [...this.#ignored].map((key) => {
      const space = key.indexOf(' ')
      return { network: key.slice(0, space), name: key.slice(space + 1) }
    })
  }

  ignore(network: string, name: string, ignored: boolean): void {
    const key = `${network} ${name}`
    if (ignored && this.#ignored.size < mostIgnored) this.#ignored.add(key)
    else this.#ignored.delete(key)
    write(this.#keep, 'ignored', [...this.#ignored])
  }
}

function heardAt({ at, heardAt: heard = at }: Message): number {
  return heard
}

function keyOf({ network, room }: Place): string {
  return `${network} ${room.id}`
}

function isMark(one: unknown): one is [string, number] {
  return Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'number'
}

/** A list that we wrote ourselves; one that cannot be read is as if it were not there. */
function read(keep: Keep, key: string): readonly unknown[] {
  const bytes = keep.get(key)
  if (bytes === undefined) return []
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return Array.isArray(list) ? list : []
  } catch {
    return []
  }
}

function write(keep: Keep, key: string, list: readonly unknown[]): void {
  keep.set(key, new TextEncoder().encode(JSON.stringify(list)))
}
