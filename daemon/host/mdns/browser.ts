import { isIP } from 'node:net'
import type { ResponsePacket } from 'multicast-dns'
import type { Found } from '@kith/core/network/discovery.ts'
import { lossyText } from '@kith/wire/bytes.ts'

/** Services of one type that are remembered; on a network with more the one that was silent the longest is forgotten. */
export const MOST_SERVICES = 1_000
/** Of one service: what it tells of itself cannot all be true beyond that. */
const MOST_ADDRESSES = 16
const MOST_FACTS = 64
/**
 * We ask every twenty seconds, and each answer is told to everybody: whoever was silent for more than three questions is
 * gone (RFC 6762 10.5), whatever time it gave itself.
 */
export const SILENT_MS = 75_000

type Records = NonNullable<ResponsePacket['answers']>

interface Known {
  readonly name: string
  port: number
  facts: Readonly<Record<string, string>>
  /** When each was told of last. */
  readonly addresses: Map<string, number>
  until: number
  /** What was told of it last. */
  told: string
}

/**
 * The services of one type, from the answers that come (RFC 6763 4 to 6): a pointer with its SRV and TXT records in one
 * message. A machine: it is told what comes, and when. Its work is in proportion to what comes, and its memory is bounded.
 */
export class ServiceBrowser {
  readonly #type: string
  readonly #service: string
  readonly #listener: (found: Found, change: 'here' | 'gone') => void
  /** By the whole name in lower case; the one heard of last is the last. */
  readonly #known = new Map<string, Known>()

  constructor(type: string, listener: (found: Found, change: 'here' | 'gone') => void) {
    this.#type = type
    this.#service = `_${type}._tcp.local`
    this.#listener = listener
  }

  /** What to ask for. */
  get question(): string {
    return this.#service
  }

  get size(): number {
    return this.#known.size
  }

  hear(
    { answers = [], additionals = [] }: Pick<ResponsePacket, 'answers' | 'additionals'>,
    from: string,
    now: number,
  ): void {
    const records = [...answers, ...additionals]
    const pointed = new Map<string, { readonly full: string; readonly ttl: number }>()
    for (const record of records) {
      if (record.type !== 'PTR' || record.name.toLowerCase() !== this.#service) continue
      pointed.set(record.data.toLowerCase(), { full: record.data, ttl: record.ttl ?? 0 })
    }
    if (pointed.size === 0) return
    const told = toldOf(records)
    for (const [key, { full, ttl }] of pointed) {
      if (ttl === 0) this.#gone(key)
      else this.#here(key, full, ttl, told, from, now)
    }
  }

  tick(now: number): void {
    for (const [key, one] of this.#known) {
      if (one.until <= now) this.#gone(key)
      else this.#tell(one, now)
    }
  }

  #here(key: string, full: string, ttl: number, told: Told, from: string, now: number): void {
    const suffix = `.${this.#service}`
    const place = told.places.get(key)
    const facts = told.facts.get(key)
    let one = this.#known.get(key)
    if (one === undefined) {
      // Without a place it is nothing yet.
      if (place === undefined || !key.endsWith(suffix)) return
      if (this.#known.size >= MOST_SERVICES) this.#gone(this.#known.keys().next().value!)
      const name = full.slice(0, -suffix.length)
      one = { name, port: place.port, facts: {}, addresses: new Map(), until: 0, told: '' }
    }
    this.#known.delete(key)
    this.#known.set(key, one)
    one.until = now + Math.min(ttl * 1000, SILENT_MS)
    if (facts !== undefined) one.facts = facts
    if (place !== undefined) {
      one.port = place.port
      for (const address of [from, ...(told.addresses.get(place.host) ?? [])]) {
        if (isIP(address) === 0) continue
        one.addresses.delete(address)
        one.addresses.set(address, now)
      }
    }
    this.#tell(one, now)
  }

  /** Only what is new. */
  #tell(one: Known, now: number): void {
    for (const [address, at] of one.addresses) {
      if (at + SILENT_MS <= now || one.addresses.size > MOST_ADDRESSES) one.addresses.delete(address)
    }
    const found = this.#found(one)
    const text = JSON.stringify(found)
    if (one.told === text || found.addresses.length === 0) return
    one.told = text
    this.#listener(found, 'here')
  }

  #gone(key: string): void {
    const one = this.#known.get(key)
    if (one === undefined) return
    this.#known.delete(key)
    if (one.told !== '') this.#listener(this.#found(one), 'gone')
  }

  #found({ name, port, facts, addresses }: Known): Found {
    const sorted = [...addresses.keys()].toSorted((a, b) => isIP(a) - isIP(b) || (a < b ? -1 : 1))
    return { name, type: this.#type, port, facts, addresses: sorted }
  }
}

/** What the records of one message say, by names in lower case. */
interface Told {
  readonly places: ReadonlyMap<string, { readonly host: string; readonly port: number }>
  readonly facts: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly addresses: ReadonlyMap<string, readonly string[]>
}

function toldOf(records: Records): Told {
  const places = new Map<string, { host: string; port: number }>()
  const facts = new Map<string, Readonly<Record<string, string>>>()
  const addresses = new Map<string, string[]>()
  for (const record of records) {
    if (!('ttl' in record) || record.ttl === 0) continue
    const name = record.name.toLowerCase()
    if (record.type === 'SRV') places.set(name, { host: record.data.target.toLowerCase(), port: record.data.port })
    else if (record.type === 'TXT') facts.set(name, factsIn(record.data))
    else if (record.type === 'A' || record.type === 'AAAA') {
      const all = addresses.get(name)
      if (all === undefined) addresses.set(name, [record.data])
      else if (all.length < MOST_ADDRESSES) all.push(record.data)
    }
  }
  return { places, facts, addresses }
}

/** RFC 6763 6.4: the first of a key counts, and a key without a value is true. Nothing here asks for those. */
function factsIn(data: string | Buffer | readonly (string | Buffer)[]): Readonly<Record<string, string>> {
  const facts = new Map<string, string>()
  for (const part of Array.isArray(data) ? (data as readonly (string | Buffer)[]) : [data as string | Buffer]) {
    const text = typeof part === 'string' ? part : lossyText(part)
    const at = text.indexOf('=')
    if (at <= 0 || facts.size >= MOST_FACTS) continue
    const key = text.slice(0, at).toLowerCase()
    if (!facts.has(key)) facts.set(key, text.slice(at + 1))
  }
  return Object.fromEntries(facts)
}
