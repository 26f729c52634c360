import type { Message, Person, Room } from '@kith/core/chat/chat.ts'
import type { RoomCommand } from '@kith/core/chat/command.ts'
import { mentions } from '@kith/core/chat/mention.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Chat } from '@kith/core/network/facets.ts'
import { inbox } from '@kith/core/value/inbox.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import type { Hub } from '../hubs/hub.ts'
import type { HubEvent } from '../talk/hub-event.ts'
import { peerOf } from '../peers/party.ts'
import { parseHubAddress, publicAddress } from '../wire/hub-address.ts'

/** Messages of a room that are kept, and rooms that are. */
const mostKept = 500
const mostTalks = 200
/** Characters of a room that are kept, and of one text that somebody else sends. */
const mostKeptText = 200_000
const mostText = 16_000
/** Hubs cut longer ones or send their author away. */
const longestText = 8_000

export interface ChatWorld {
  readonly clock: Clock
  hubs(): Iterable<Hub>
  /** Nicks of whom nothing is to be seen, of the settings. */
  readonly ignored: readonly string[]
}

/**
 * The main chat of each hub, whose room is called by the hub's address, and private talks, called by the address, a slash
 * and the nick.
 */
export class HubChat implements Chat {
  readonly rooms: WritableValue<readonly Room[]> = value<readonly Room[]>([])
  readonly #ignored: ReadonlySet<string>
  readonly #world: ChatWorld
  readonly #messages = new Map<string, Message[]>()
  readonly #listeners = new Set<(message: Message) => void>()

  constructor(world: ChatWorld) {
    this.#world = world
    this.#ignored = new Set(world.ignored)
  }

  commands(room: string): readonly RoomCommand[] {
    return this.#hub(room)?.menu.list() ?? []
  }

  async run(
    room: string,
    command: string,
    answers: Readonly<Record<string, string>>,
    somebody?: string,
  ): Promise<void> {
    const hub = this.#hub(room)
    if (hub === undefined) throw noRoom(room)
    const nick = somebody ?? (room === roomOf(hub) ? undefined : room.slice(roomOf(hub).length + 1))
    const user = [...(hub.talk?.users.values() ?? [])].find((one) => one.nick === nick)
    if (somebody !== undefined && user === undefined)
      throw fail('unavailable', 'directconnect/user-gone', `${somebody} is not on the hub`)
    hub.menu.run(hub, command, answers, user)
  }

  /** The hub that a room belongs to: its main chat, or a talk with somebody there. */
  #hub(room: string): Hub | undefined {
    return [...this.#world.hubs()].find((hub) => room === roomOf(hub) || room.startsWith(`${roomOf(hub)}/`))
  }

  history(room: string): readonly Message[] {
    return this.#messages.get(room) ?? []
  }

  people(room: string): readonly Person[] {
    for (const hub of this.#world.hubs()) {
      const address = roomOf(hub)
      if (room !== address && !room.startsWith(`${address}/`)) continue
      const { talk } = hub
      const nick = room === address ? undefined : room.slice(address.length + 1)
      return [...(talk?.users.values() ?? [])].flatMap((user) => {
        const own = user.id === talk?.id
        if (nick !== undefined && user.nick !== nick && !own) return []
        const { description, shared, slots, operator, away, bot, active } = user
        const peer = peerOf({ hub, user })
        return [
          {
            peer,
            own,
            talk: `${address}/${user.nick}`,
            description,
            shared,
            slots,
            operator,
            away,
            bot,
            reachable: active,
            ignored: this.#ignored.has(user.nick),
          } satisfies Person,
        ]
      })
    }
    return []
  }

  async *read(room: string, signal: AbortSignal): AsyncGenerator<Message> {
    const messages = inbox<Message>(signal)
    const listener = (message: Message): void => {
      if (message.room === room) messages.push(message)
    }
    this.#listeners.add(listener)
    try {
      yield* messages
    } finally {
      this.#listeners.delete(listener)
    }
  }

  async say(room: string, text: string): Promise<void> {
    if (text === '' || text.length > longestText)
      throw fail('input', 'directconnect/text-length', `A message has 1 to ${longestText} characters`)
    for (const hub of this.#world.hubs()) {
      const address = roomOf(hub)
      if (room !== address && !room.startsWith(`${address}/`)) continue
      const { talk } = hub
      if (talk === undefined) throw fail('unavailable', 'directconnect/hub-away', `${address} is not reached now`)
      if (room === address) {
        const me = /^\/me (.+)$/s.exec(text)
        talk.say(me?.[1] ?? text, me !== null)
      } else {
        const nick = room.slice(address.length + 1)
        const to = [...talk.users.values()].find((user) => user.nick === nick)
        if (to === undefined) throw fail('unavailable', 'directconnect/user-gone', `${nick} is not on the hub`)
        talk.tell(to.id, text)
        // ADC hubs send an echo.
        if (hub.address.protocol === 'nmdc') this.#add(room, hub, talk.id, text)
      }
      return hub.flush()
    }
    throw noRoom(room)
  }

  /** Something happened on a hub. */
  heard(hub: Hub, event: HubEvent): void {
    if (event.kind === 'chat') this.#add(roomOf(hub), hub, event.from, event.me ? `/me ${event.text}` : event.text)
    else if (event.kind === 'private') {
      // A room that is nobody's would be any number of rooms.
      const other = (hub.user(event.room) ?? hub.user(event.from))?.nick
      if (other === undefined) return
      this.#add(`${roomOf(hub)}/${other}`, hub, event.from, event.text)
    }
  }

  /** The hubs, or who is on them, changed. */
  settle(): void {
    const rooms: Room[] = []
    for (const hub of this.#world.hubs()) {
      const id = roomOf(hub)
      const people = hub.talk?.users.size ?? 0
      rooms.push({ id, title: hub.name || id, kind: 'public', people })
      for (const room of this.#messages.keys()) {
        if (!room.startsWith(`${id}/`)) continue
        rooms.push({ id: room, title: room.slice(id.length + 1), kind: 'private', people: 2 })
      }
    }
    this.rooms.set(rooms)
  }

  /** The room that has been silent longest; none of the chats of our hubs, which are few, while anybody may begin a talk. */
  #forgetOne(): void {
    const chats = new Set([...this.#world.hubs()].map(roomOf))
    const talks = [...this.#messages].filter(([room]) => !chats.has(room))
    const spokenAt = ([, messages]: [string, Message[]]): number => messages.at(-1)?.at ?? 0
    const silent = talks.reduce<[string, Message[]] | undefined>(
      (least, talk) => (least === undefined || spokenAt(talk) < spokenAt(least) ? talk : least),
      undefined,
    )
    if (silent !== undefined) this.#messages.delete(silent[0])
  }

  #add(room: string, hub: Hub, from: string | undefined, said: string): void {
    const text = said.slice(0, mostText)
    const own = from !== undefined && from === hub.talk?.id
    const nick = from === undefined ? hub.name : (hub.user(from)?.nick ?? from)
    if (!own && from !== undefined && this.#ignored.has(nick)) return
    let messages = this.#messages.get(room)
    if (messages === undefined) {
      if (this.#messages.size >= mostTalks) this.#forgetOne()
      this.#messages.set(room, (messages = []))
      this.settle()
    }
    const ours = hub.talk?.id === undefined ? '' : (hub.user(hub.talk.id)?.nick ?? '')
    const mention = !own && from !== undefined && room === roomOf(hub) && mentions(text, ours)
    const at = this.#world.clock.now()
    const message: Message = { room, from: nick, text, at, own, ...(mention ? { mention } : {}) }
    messages.push(message)
    let length = messages.reduce((sum, one) => sum + one.text.length, 0)
    while (messages.length > mostKept || length > mostKeptText) length -= messages.shift()!.text.length
    for (const listener of this.#listeners) listener(message)
  }
}

function noRoom(room: string): Error {
  return fail('input', 'directconnect/no-room', `There is no room “${room.slice(0, 80)}”`)
}

/** As the hub was given to us: it stays when the hub sends us elsewhere. */
function roomOf(hub: Hub): string {
  return publicAddress(parseHubAddress(hub.given))
}
