import type { Clock } from '@kith/core/network/clock.ts'
import type { Device } from '@kith/core/network/devices.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Pairing } from './talk/pairing.ts'
import { deviceId, idBytes } from './wire/device-id.ts'
import { shownName } from './wire/messages.ts'

/** Strangers that are remembered; on a network with more, the oldest is forgotten. A flood of names is not memory. */
const MOST_STRANGERS = 500
/** Addresses that are kept of one device: more cannot all be true. */
const MOST_ADDRESSES = 8

/** What we know of a device. */
interface Entry {
  readonly id: string
  name: string
  /** `lasting` is kept over restarts. */
  paired: 'no' | 'for now' | 'lasting'
  addresses: readonly Endpoint[]
  /** Announced on the local network now. */
  announced: boolean
  /** Conversations that are open with it. */
  lines: number
  /** How many of them go through another device. */
  relayed: number
  pairing: Pairing | undefined
}

/** Every device that we know or see; paired ones are kept. */
export class Book {
  readonly all: WritableValue<readonly Device[]> = value<readonly Device[]>([])
  readonly #entries = new Map<string, Entry>()
  readonly #keep: Keep
  readonly #clock: Clock

  constructor(keep: Keep, clock: Clock) {
    this.#keep = keep
    this.#clock = clock
    for (const one of keptDevices(keep)) this.#entries.set(one.id, one)
    this.#tell()
  }

  get(id: string): Readonly<Entry> | undefined {
    return this.#entries.get(id)
  }

  isPaired(id: string): boolean {
    return (this.#entries.get(id)?.paired ?? 'no') !== 'no'
  }

  /** Paired devices that can perhaps be reached. */
  get friends(): readonly string[] {
    return [...this.#entries.values()].filter((one) => one.paired !== 'no' && isNear(one)).map(({ id }) => id)
  }

  /** Makes an entry, or adds to one; the newest addresses come first. */
  seen(
    id: string,
    news: { readonly name?: string; readonly addresses?: readonly Endpoint[]; readonly announced?: boolean },
  ): void {
    const entry = this.#entries.get(id) ?? this.#stranger(id)
    if (news.name !== undefined) entry.name = shownName(news.name)
    if (news.announced !== undefined) entry.announced = news.announced
    if (news.addresses !== undefined) entry.addresses = joined(news.addresses, entry.addresses)
    this.#changed(entry)
  }

  line(id: string, change: 1 | -1, relayed: boolean): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.lines += change
    if (relayed) entry.relayed += change
    this.#tell()
  }

  pairing(id: string): Pairing | undefined {
    const entry = this.#entries.get(id)
    if (entry?.pairing !== undefined && entry.pairing.until <= this.#clock.now()) entry.pairing = undefined
    return entry?.pairing
  }

  /** How many devices are being compared. */
  get pairings(): number {
    return [...this.#entries.values()].filter(({ pairing }) => pairing !== undefined).length
  }

  setPairing(id: string, pairing: Pairing | undefined): void {
    const entry = this.#entries.get(id) ?? this.#stranger(id)
    entry.pairing = pairing
    this.#tell()
  }

  pair(id: string, lasting: boolean): void {
    const entry = this.#entries.get(id) ?? this.#stranger(id)
    entry.paired = lasting ? 'lasting' : 'for now'
    entry.pairing = undefined
    this.#changed(entry)
  }

  forget(id: string): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.pairing = undefined
    entry.paired = 'no'
    if (!isNear(entry)) this.#entries.delete(id)
    this.#store()
    this.#tell()
  }

  /** Forgets what nobody compared in time. */
  tick(): void {
    const now = this.#clock.now()
    for (const entry of this.#entries.values()) {
      if (entry.pairing === undefined || entry.pairing.until > now) continue
      entry.pairing = undefined
      this.#tell()
    }
  }

  #stranger(id: string): Entry {
    const strangers = [...this.#entries.values()].filter(({ paired }) => paired === 'no')
    if (strangers.length >= MOST_STRANGERS) {
      this.#entries.delete((strangers.find(({ pairing }) => pairing === undefined) ?? strangers[0]!).id)
    }
    const entry: Entry = {
      id,
      name: id.slice(0, 8),
      paired: 'no',
      addresses: [],
      announced: false,
      lines: 0,
      relayed: 0,
      pairing: undefined,
    }
    this.#entries.set(id, entry)
    return entry
  }

  #changed(entry: Entry): void {
    if (entry.paired === 'lasting') this.#store()
    this.#tell()
  }

  #store(): void {
    const kept = [...this.#entries.values()].filter(({ paired }) => paired === 'lasting')
    const devices = kept.map(({ id, name, addresses }) => ({
      id: idBytes(id),
      name,
      at: addresses.map(({ host, port }) => [host, port]),
    }))
    const bytes = encode({ devices })
    const known = this.#keep.get('devices')
    if (known === undefined || known.toHex() !== bytes.toHex()) this.#keep.set('devices', bytes)
  }

  #tell(): void {
    this.all.set([...this.#entries.values()].map(deviceOf))
  }
}

function isNear({ announced, lines }: Entry): boolean {
  return announced || lines > 0
}

function deviceOf(entry: Entry): Device {
  const { id, name, addresses, pairing, paired } = entry
  const yes = pairing?.ours !== undefined ? 'here' : pairing?.theirs === true ? 'there' : undefined
  return {
    id,
    name,
    standing: paired !== 'no' ? 'paired' : pairing !== undefined ? 'pairing' : 'stranger',
    near: isNear(entry),
    relayed: entry.lines > 0 && entry.lines === entry.relayed,
    addresses,
    ...(pairing?.kind === 'shown' ? { digits: pairing.digits } : {}),
    ...(yes === undefined ? {} : { yes }),
  }
}

function joined(news: readonly Endpoint[], known: readonly Endpoint[]): readonly Endpoint[] {
  const all = new Map([...news, ...known].map((one) => [`${one.host} ${one.port}`, one]))
  return [...all.values()].slice(0, MOST_ADDRESSES)
}

function* keptDevices(keep: Keep): Generator<Entry> {
  const bytes = keep.get('devices')
  const read = bytes === undefined ? undefined : attempt(() => decodeDict(bytes, { maxDepth: 6 }))
  if (read?.ok !== true) return
  for (const dict of read.value.list('devices')?.needDicts() ?? []) {
    const addresses: Endpoint[] = []
    for (const pair of dict.list('at') ?? []) {
      const [host, port] = pair instanceof Object && Symbol.iterator in pair ? [...pair] : []
      if (host instanceof Uint8Array && typeof port === 'number') addresses.push({ host: lossyText(host), port })
    }
    yield {
      id: deviceId(dict.needBytes('id')),
      name: shownName(lossyText(dict.needBytes('name'))),
      paired: 'lasting',
      addresses,
      announced: false,
      lines: 0,
      relayed: 0,
      pairing: undefined,
    }
  }
}
