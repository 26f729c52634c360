import type { Message, Person, Room } from '@kith/core/chat/chat.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Chat } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { BencodeDict, decodeDict, encode } from '@kith/wire/bencode.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Book } from '../book.ts'
import type { Lines } from '../lines.ts'
import type { NamedDevices } from '../localsend/devices.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { checkText, decodeSaid, encodeSaid, type Group, MESSAGE_ID_BYTES, type Said } from '../wire/said.ts'

/** What is kept of one room, and rooms of several people. */
const MOST_KEPT = 500
/** Bytes of all texts of one room: it is written down whole with every message. */
const MOST_KEPT_BYTES = 512 * 1024
const MOST_GROUPS = 100
/** Messages that wait for devices that are away. */
const MOST_WAITING = 1_000
const DELIVER_MS = 2_000

interface Line {
  /** Device id. */
  readonly from: string
  readonly said: Said
  /** When it came here, by our clock. */
  readonly heardAt: number
}

/** Talk with devices, and the door where what others say arrives. */
export interface OwnTalk extends Chat, Disposable {
  /** False for a room that the sender is no member of. */
  arrived(from: string, said: Said): boolean
}

/** One-to-one and in groups. What is said to a device that is away is delivered when it is back. */
export function talk(world: TalkWorld): OwnTalk {
  return new Talk(world)
}

export interface TalkWorld {
  readonly host: Host
  readonly book: Book
  readonly lines: Lines
  readonly devices: NamedDevices
  /** Our own id. */
  readonly own: string
}

class Talk implements OwnTalk {
  readonly rooms: WritableValue<readonly Room[]> = value<readonly Room[]>([])
  readonly #host: Host
  readonly #book: Book
  readonly #lines: Lines
  readonly #devices: NamedDevices
  readonly #own: string
  readonly #lastly = new Map<string, Line[]>()
  readonly #groups = new Map<string, Group>()
  /** For each device what it has not heard yet, in order. */
  readonly #waiting = new Map<string, Said[]>()
  readonly #delivering = new Set<string>()
  readonly #listeners = new Set<(message: Message) => void>()
  readonly #resources = new DisposableStack()

  constructor({ host, book, lines, devices, own }: TalkWorld) {
    this.#host = host
    this.#book = book
    this.#lines = lines
    this.#devices = devices
    this.#own = own
    this.#load()
    this.#resources.use(devices.all.watch(() => this.#settle()))
    this.#resources.use(every(host.clock, DELIVER_MS, () => this.#deliver()))
    this.#settle()
  }

  history(room: string): readonly Message[] {
    return this.#said(room).map((line) => this.#message(room, line))
  }

  people(room: string): readonly Person[] {
    const members = this.#groups.get(room)?.members ?? [this.#own, room]
    return members.map((id): Person => {
      const own = id === this.#own
      const device = this.#book.get(id)
      const name = own ? this.#host.self.device : this.#devices.nameOf(id)
      const away = !own && (device?.addresses.length ?? 0) === 0
      return {
        peer: { network: 'neighbours', key: id, name },
        own,
        away,
        ...(own || !this.#book.isPaired(id) ? {} : { talk: id }),
      }
    })
  }

  async *read(room: string, signal: AbortSignal): AsyncGenerator<Message> {
    const held: Message[] = []
    let wake = (): void => {}
    const listener = (message: Message): void => {
      if (message.room !== room) return
      held.push(message)
      wake()
    }
    const stop = (): void => wake()
    this.#listeners.add(listener)
    signal.addEventListener('abort', stop)
    try {
      while (!signal.aborted) {
        const message = held.shift()
        if (message !== undefined) yield message
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      this.#listeners.delete(listener)
      signal.removeEventListener('abort', stop)
    }
  }

  async say(room: string, text: string): Promise<void> {
    checkText(text)
    const group = this.#groups.get(room)
    const others = group?.members.filter((id) => id !== this.#own) ?? (this.#book.isPaired(room) ? [room] : [])
    if (others.length === 0) throw fail('input', 'neighbours/no-room', 'There is nobody in that room')
    const said: Said = {
      id: this.#host.random.bytes(MESSAGE_ID_BYTES).toHex(),
      text,
      at: this.#host.clock.now(),
      ...(group === undefined ? {} : { group }),
    }
    for (const id of others) if (this.#book.isPaired(id)) this.#wait(id, said)
    this.#add(room, { from: this.#own, said, heardAt: said.at })
    this.#deliver()
  }

  async gather(title: string, people: readonly string[]): Promise<string> {
    const strangers = people.filter((id) => !this.#book.isPaired(id))
    if (strangers.length > 0 || people.length === 0) {
      throw fail('input', 'neighbours/not-paired', 'A room is made of devices that are paired with this one')
    }
    const id = this.#host.random.bytes(MESSAGE_ID_BYTES).toHex()
    this.#keepGroup({ id, title, members: [this.#own, ...people] })
    this.#settle()
    return id
  }

  arrived(from: string, said: Said): boolean {
    const { group } = said
    const known = group === undefined ? undefined : this.#groups.get(group.id)
    if (group !== undefined && !(known ?? group).members.includes(from)) return false
    if (group !== undefined && known === undefined) {
      if (!group.members.includes(this.#own) || this.#groups.size >= MOST_GROUPS) return false
      this.#keepGroup(group)
    }
    const room = group?.id ?? from
    if (this.#said(room).some((line) => line.said.id === said.id)) return true
    this.#add(room, { from, said, heardAt: this.#host.clock.now() })
    this.#host.journal.tell('talk/said', room, { from, text: said.text.slice(0, 200) })
    return true
  }

  #add(room: string, line: Line): void {
    const lines = this.#said(room)
    lines.push(line)
    lines.splice(0, tooOld(lines))
    const kept = lines.map(({ from, said, heardAt }) => ({
      from: idBytes(from),
      said: encodeSaid(said),
      heard: heardAt,
    }))
    this.#host.keep.set(`talk ${room}`, encode({ lines: kept }))
    this.#settle()
    for (const listener of this.#listeners) listener(this.#message(room, line))
  }

  #message(room: string, { from, said, heardAt }: Line): Message {
    const own = from === this.#own
    const name = own ? this.#host.self.device : this.#devices.nameOf(from)
    return { room, from: name, peer: from, text: said.text, at: said.at, heardAt, own }
  }

  #said(room: string): Line[] {
    const known = this.#lastly.get(room)
    if (known !== undefined) return known
    const bytes = this.#host.keep.get(`talk ${room}`)
    const lines: Line[] = []
    if (bytes !== undefined) {
      for (const dict of dicts(bytes, 'lines')) {
        const said = decodeSaid(dict.needBytes('said'))
        lines.push({ from: deviceId(dict.needBytes('from')), said, heardAt: dict.integer('heard') ?? said.at })
      }
    }
    this.#lastly.set(room, lines)
    return lines
  }

  #keepGroup(group: Group): void {
    this.#groups.set(group.id, group)
    const groups = [...this.#groups.values()].map(({ id, title, members }) => ({
      id: Uint8Array.fromHex(id),
      title,
      members: members.map(idBytes),
    }))
    this.#host.keep.set('rooms', encode({ groups }))
  }

  #wait(id: string, said: Said): void {
    const waiting = this.#waiting.get(id) ?? []
    this.#waiting.set(id, waiting)
    waiting.push(said)
    if (waiting.length > MOST_WAITING) waiting.shift()
    this.#keepWaiting()
  }

  #keepWaiting(): void {
    const waiting = [...this.#waiting].flatMap(([to, all]) =>
      all.map((said) => ({ to: idBytes(to), said: encodeSaid(said) })),
    )
    this.#host.keep.set('waiting', waiting.length === 0 ? undefined : encode({ waiting }))
  }

  #deliver(): void {
    for (const id of this.#waiting.keys()) {
      if (!this.#book.isPaired(id)) this.#waiting.delete(id)
      else if (!this.#delivering.has(id) && this.#book.get(id)?.addresses.length !== 0) void this.#deliverTo(id)
    }
  }

  async #deliverTo(id: string): Promise<void> {
    this.#delivering.add(id)
    try {
      const waiting = this.#waiting.get(id) ?? []
      /** Rooms that it takes nothing for now: what is said in others does not wait for them. */
      const refused = new Set<string | undefined>()
      const next = (): Said | undefined => waiting.find(({ group }) => !refused.has(group?.id))
      for (let said = next(); said !== undefined; said = next()) {
        if (!(await this.#isTaken(id, said))) {
          refused.add(said.group?.id)
          continue
        }
        const at = waiting.indexOf(said)
        if (at >= 0) waiting.splice(at, 1)
        this.#keepWaiting()
      }
      if (waiting.length === 0) this.#waiting.delete(id)
    } catch (error) {
      this.#host.log.debug('what was said waits', { id, error: String(error) })
    } finally {
      this.#delivering.delete(id)
    }
  }

  /** False when the device refuses it. @throws FaultError when it cannot be asked */
  async #isTaken(id: string, said: Said): Promise<boolean> {
    try {
      await this.#lines.ask(id, { method: 'POST', target: '/talk', body: encodeSaid(said) })
      return true
    } catch (error) {
      if (faultOf(error).code !== 'neighbours/refused') throw error
      this.#host.log.debug('what was said is not taken now', { id, error: String(error) })
      return false
    }
  }

  #settle(): void {
    const devices = this.#devices.all.current.filter(({ standing }) => standing === 'paired')
    this.rooms.set([
      ...devices.map(({ id, name }): Room => ({ id, title: name, kind: 'private', people: 2 })),
      ...[...this.#groups.values()].map(({ id, title, members }): Room => ({
        id,
        title,
        kind: 'public',
        people: members.length,
      })),
    ])
  }

  #load(): void {
    const rooms = this.#host.keep.get('rooms')
    for (const dict of rooms === undefined ? [] : dicts(rooms, 'groups')) {
      const id = dict.needBytes('id').toHex()
      const members = [...dict.needList('members').needBytes()].map(deviceId)
      this.#groups.set(id, { id, title: dict.needText('title'), members })
    }
    const waiting = this.#host.keep.get('waiting')
    for (const dict of waiting === undefined ? [] : dicts(waiting, 'waiting')) {
      const to = deviceId(dict.needBytes('to'))
      this.#waiting.set(to, [...(this.#waiting.get(to) ?? []), decodeSaid(dict.needBytes('said'))])
    }
  }

  [Symbol.dispose](): void {
    this.#resources[Symbol.dispose]()
  }
}

/** How many of the oldest are too many. */
function tooOld(lines: readonly Line[]): number {
  let [count, bytes] = [0, 0]
  for (const { said } of lines.toReversed()) {
    bytes += utf8(said.text).length
    if (++count > MOST_KEPT || (count > 1 && bytes > MOST_KEPT_BYTES)) return lines.length - count + 1
  }
  return 0
}

/** What we kept ourselves; what cannot be read is as if it were not there. */
function dicts(bytes: Uint8Array, key: string): readonly BencodeDict[] {
  const read = attempt(() => [...(decodeDict(bytes, { maxDepth: 5 }).list(key)?.needDicts() ?? [])])
  return read.ok ? read.value : []
}
