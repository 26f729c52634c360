import type { IgnoredView, MessageView, PeopleWindow, PersonView, RoomView } from '@kith/api/talk.ts'
import type { Message, Person } from '@kith/core/chat/chat.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Supervised } from '../supervisor.ts'
import type { Place, Talk } from '../talk/talk.ts'
import { named } from './named.ts'
import { findDevice, namedDevice, pairedDevice } from './near.ts'
import { findNetwork } from './networks.ts'

const defaultCount = 200

export interface TalkWorld {
  readonly talk: Talk
  readonly networks: ReadonlyMap<string, Supervised>
}

type Operations = Pick<
  Handlers,
  | 'rooms'
  | 'newRoom'
  | 'openRoom'
  | 'messages'
  | 'say'
  | 'roomCommands'
  | 'runRoomCommand'
  | 'markRead'
  | 'unread'
  | 'people'
  | 'ignored'
  | 'ignore'
  | 'unignore'
>

/** Talking in the rooms of all networks. */
export function talkOperations({ talk, networks }: TalkWorld): Operations {
  const placeOf = (text: string): Place => findPlace(talk, text)
  return {
    rooms: () => talk.places().map((place) => roomView(talk, place)),
    async newRoom({ body }) {
      for (const [network, { membership }] of networks) {
        const { chat, devices } = membership ?? {}
        if (chat?.gather === undefined || devices === undefined) continue
        const people = body.people.map((text) => pairedDevice(devices, text).id)
        const id = await chat.gather(body.title, people)
        const room = chat.rooms.current.find((one) => one.id === id)!
        return roomView(talk, { network, chat, room })
      }
      throw fail('unavailable', 'room/none', 'There are no rooms to be made now', {
        hint: 'Switch the network on: kith net on neighbours',
      })
    },
    openRoom: ({ params }) => roomView(talk, placeOf(params.id)),
    messages({ params, query }) {
      const all = talk.messages(placeOf(params.id))
      return (query?.count === undefined ? all : all.slice(-query.count)).map(messageView)
    },
    async say({ params, body }) {
      const place = placeOf(params.id)
      await place.chat.say(place.room.id, body.text)
      // Who answers has read.
      talk.see(place)
    },
    roomCommands({ params }) {
      const { chat, room } = placeOf(params.id)
      return [...(chat.commands?.(room.id) ?? [])]
    },
    async runRoomCommand({ params, body: { command, answers = {}, person } }) {
      const { chat, room } = placeOf(params.id)
      const found = chat.commands?.(room.id).find(({ id, path }) => id === command || path.join('/') === command)
      if (found === undefined || chat.run === undefined)
        throw fail('input', 'room/no-command', `${room.title} offers no “${command.slice(0, 80)}”`, {
          hint: 'kith chat menu says what it offers.',
        })
      const missing = found.asks.find((ask) => !Object.hasOwn(answers, ask))
      if (missing !== undefined) throw fail('input', 'room/no-answer', `It asks: ${missing.slice(0, 200)}`)
      await chat.run(room.id, found.id, answers, person)
    },
    markRead: ({ params }) => talk.see(placeOf(params.id)),
    unread() {
      let [talks, rooms] = [0, 0]
      for (const place of talk.places()) {
        const { all, mentions } = talk.unread(place)
        talks += place.room.kind === 'private' ? all : mentions
        if (all > 0) rooms++
      }
      return { talks, rooms }
    },
    people({ query = {} }) {
      const { room, network, filter = '', from = 0, count = defaultCount } = query
      const all = room === undefined ? talk.everybody() : peopleIn(placeOf(room))
      const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
      const matching = all.filter(({ peer, description = '' }) => {
        const text = `${peer.name} ${description}`.toLowerCase()
        return (network === undefined || peer.network === network) && words.every((word) => text.includes(word))
      })
      const sorted = [...matching].sort(
        (a, b) =>
          Number(b.operator ?? false) - Number(a.operator ?? false) || collator.compare(a.peer.name, b.peer.name),
      )
      const rows = sorted.slice(from, from + count).map((person) => personView(talk, networks, person))
      return { total: sorted.length, from, rows } satisfies PeopleWindow
    },
    ignored: () => talk.ignored().map(({ network, name }) => ignoredView(networks, network, name)),
    ignore({ body }) {
      findNetwork(networks, body.network)
      talk.ignore(body.network, markOf(networks, body), true)
    },
    unignore({ query }) {
      if (query !== undefined) talk.ignore(query.network, markOf(networks, query), false)
    },
  }
}

/** What somebody is ignored by: devices, of whom two may have one name, by their id. @throws FaultError `input` */
function markOf(networks: ReadonlyMap<string, Supervised>, { network, name, peer }: IgnoredView): string {
  const devices = networks.get(network)?.membership?.devices
  if (devices === undefined) return name
  return peer ?? findDevice(devices, name).id
}

function ignoredView(networks: ReadonlyMap<string, Supervised>, network: string, mark: string): IgnoredView {
  const devices = networks.get(network)?.membership?.devices
  return devices === undefined
    ? { network, name: mark }
    : { network, name: namedDevice(devices, mark).name, peer: mark }
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** A room, or the private talk with whoever is called so. @throws FaultError `input` `room/unknown` */
function findPlace(talk: Talk, text: string): Place {
  const places = talk.places()
  const exact = places.find(({ room }) => room.id === text)
  if (exact !== undefined) return exact
  const lower = text.toLowerCase()
  const isNamed = places.some(({ room }) => [room.id, room.title].some((name) => name.toLowerCase().startsWith(lower)))
  if (!isNamed) {
    const people = talk.everybody().filter(({ own, talk: room }) => !own && room !== undefined)
    const direct = people.filter((person) => person.talk === text || person.peer.name.toLowerCase() === lower)
    if (direct.length > 1) named(direct, text, ({ peer }) => [peer.key, peer.name], 'room/unknown', 'person')
    const place = direct.length === 1 ? talk.open(direct[0]!) : undefined
    if (place !== undefined) return place
  }
  return named(places, text, ({ room }) => [room.id, room.title], 'room/unknown', 'room')
}

function peopleIn({ chat, room }: Place): readonly Person[] {
  return chat.people?.(room.id) ?? []
}

function roomView(talk: Talk, place: Place): RoomView {
  const { id, title, kind, people } = place.room
  const last = talk.messages(place).at(-1)
  const unread = talk.unread(place)
  return {
    id,
    network: place.network,
    title,
    kind,
    people,
    unread: unread.all,
    mentions: unread.mentions,
    ...(last === undefined ? {} : { last: messageView(last) }),
  }
}

function messageView({ from, peer, text, at, own, mention }: Message): MessageView {
  return { from, ...(peer === undefined ? {} : { peer }), text, at, own, ...(mention === true ? { mention } : {}) }
}

function personView(talk: Talk, networks: ReadonlyMap<string, Supervised>, person: Person): PersonView {
  const { peer, own, talk: room, description, shared, slots, operator = false, away = false, bot = false } = person
  return {
    network: peer.network,
    peer: peer.key,
    name: peer.name,
    own,
    ...(room === undefined || own ? {} : { talk: room }),
    ...(peer.client === undefined ? {} : { client: peer.client }),
    ...(description === undefined || description === '' ? {} : { description }),
    ...(shared === undefined ? {} : { shared }),
    ...(slots === undefined ? {} : { slots }),
    operator,
    away,
    bot,
    ignored:
      person.ignored === true || talk.isIgnored(peer.network, peer.name) || talk.isIgnored(peer.network, peer.key),
    browse: !own && !bot && networks.get(peer.network)?.membership?.browse !== undefined,
  }
}
