import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { JoinedSegment, Segment, Segments } from '@kith/core/offer/segments.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { type JoinFacts, MemberSegment } from '../segment/joined.ts'
import { keepSegments, keptSegments } from '../segment/kept.ts'
import { freeNetwork, OwnedSegment, reopen, type SegmentFacts } from '../segment/owned.ts'
import { MOST_MESSAGE_BYTES, shownName } from '../wire/messages.ts'
import { decodeSegments, encodeSegments, MOST_SEGMENTS, SEGMENT_ID_BYTES } from '../wire/segments.ts'

/** Virtual networks: ours, and those of others that this machine is in. Kept over restarts. */
export class OwnSegments implements Segments, AsyncDisposable {
  readonly all: WritableValue<readonly JoinedSegment[]> = value<readonly JoinedSegment[]>([])
  readonly #host: Host
  readonly #lines: Lines
  readonly #self: string
  readonly #own = new Map<string, OwnedSegment>()
  readonly #joined = new Map<string, MemberSegment>()
  #begun: Promise<void> = Promise.resolve()

  constructor(host: Host, lines: Lines, self: string) {
    this.#host = host
    this.#lines = lines
    this.#self = self
  }

  /** Goes on with those of before. */
  begin(): void {
    this.#begun = this.#begin().catch((error: unknown) =>
      this.#host.log.error('virtual networks could not be opened', { error }),
    )
  }

  async #begin(): Promise<void> {
    await this.#host.taps.clear()
    const { own, joined } = keptSegments(this.#host.keep)
    // All at once: what is written down from now on has to be whole.
    for (const facts of own) this.#own.set(facts.id, this.#owned(facts))
    for (const one of joined) this.#joined.set(one.id, this.#member(one, one.owner))
    await Promise.all([...this.#own.values()].map(reopen))
    this.#tell()
  }

  async create(title: string, to: readonly string[]): Promise<JoinedSegment> {
    await this.#begun
    if (this.#own.size >= MOST_SEGMENTS) {
      throw fail('input', 'neighbours/segments', 'That are too many virtual networks')
    }
    const segment = this.#owned({
      id: this.#host.random.bytes(SEGMENT_ID_BYTES).toHex(),
      title: shownName(title),
      network: freeNetwork(this.#host),
      to: [...new Set(to)],
      hosts: new Map(),
    })
    await segment.open()
    this.#own.set(segment.facts.id, segment)
    this.#store()
    return segment.shown()
  }

  invite(id: string, to: readonly string[]): JoinedSegment {
    const segment = this.#own.get(id)
    if (segment === undefined) throw fail('input', 'neighbours/no-segment', 'There is no such virtual network of ours')
    segment.invite(to)
    this.#store()
    return segment.shown()
  }

  /** Puts out those that are not known any more, and leaves their networks. */
  keepOnly(known: (device: string) => boolean): void {
    for (const { facts } of this.#own.values()) {
      if (!facts.to.every(known)) this.invite(facts.id, facts.to.filter(known))
    }
    for (const { facts } of this.#joined.values()) {
      if (!known(facts.owner)) this.#quit(facts.id)
    }
  }

  async at(device: string, signal?: AbortSignal): Promise<readonly Segment[]> {
    const answer = await this.#lines.ask(device, {
      method: 'GET',
      target: '/segments',
      ...(signal === undefined ? {} : { signal }),
    })
    return decodeSegments(await wholeOf(answer, MOST_MESSAGE_BYTES))
  }

  async join(device: string, id: string): Promise<JoinedSegment> {
    await this.#begun
    const known = this.#joined.get(id)
    if (known !== undefined) return known.shown()
    const segment = (await this.at(device)).find((one) => one.id === id)
    if (segment === undefined) {
      throw fail('unavailable', 'neighbours/not-there', 'The device does not offer that virtual network')
    }
    const member = this.#member(segment, device)
    this.#joined.set(id, member)
    try {
      await member.ready()
    } catch (error) {
      this.#joined.delete(id)
      await member[Symbol.asyncDispose]()
      this.#tell()
      throw error
    }
    this.#store()
    return member.shown()
  }

  async leave(id: string): Promise<void> {
    await this.#begun
    const segment = this.#own.get(id) ?? this.#joined.get(id)
    if (segment === undefined) throw fail('input', 'neighbours/no-segment', 'There is no such virtual network')
    this.#own.delete(id)
    this.#joined.delete(id)
    this.#store()
    await segment[Symbol.asyncDispose]()
  }

  /** Undefined for a question about something else. */
  async answer(device: string, { method, target }: PeerQuestion): Promise<OurAnswer | undefined> {
    const [, room, id, door] = target.split('/')
    if (room !== 'segments') return undefined
    // Whoever hears of none takes his for ended: those of before have to be there first.
    await this.#begun
    if (method === 'GET' && id === undefined) {
      const invited = [...this.#own.values()].filter(({ facts }) => facts.to.includes(device))
      return { status: 200, body: encodeSegments(invited.map(({ facts }) => facts)) }
    }
    const segment = this.#own.get(id ?? '')
    // Whoever is not invited does not learn what there is.
    if (method !== 'POST' || door !== 'frames' || segment?.facts.to.includes(device) !== true) return { status: 404 }
    // Its place is kept before it is told, so that nobody else is given it after a crash.
    segment.placeOf(device)
    this.#store()
    return {
      status: 200,
      tunnel: (connection) => {
        segment
          .attach(device, connection)
          .catch((error: unknown) => this.#host.log.warn('a member could not be let in', { fault: faultOf(error) }))
      },
    }
  }

  #owned(facts: SegmentFacts): OwnedSegment {
    return new OwnedSegment(this.#host, this.#self, facts, () => this.#tell())
  }

  #member({ id, title }: Segment, owner: string): MemberSegment {
    const facts = { id, title, owner, target: `/segments/${id}/frames` }
    return new MemberSegment(this.#host, this.#lines, this.#self, facts, {
      changed: () => this.#tell(),
      over: () => this.#over(facts),
    })
  }

  /** What has ended at its owner ends here too. */
  #over({ id, title, owner }: JoinFacts): void {
    if (!this.#joined.has(id)) return
    this.#host.journal.tell('segment/over', id, { name: title, owner })
    this.#quit(id)
  }

  #quit(id: string): void {
    this.leave(id).catch((error: unknown) =>
      this.#host.log.warn('a virtual network could not be left', { fault: faultOf(error) }),
    )
  }

  #store(): void {
    const joined = [...this.#joined.values()].map(({ facts }) => facts)
    const own = [...this.#own.values()].map(({ facts }) => facts)
    keepSegments(this.#host.keep, own, joined)
    this.#tell()
  }

  #tell(): void {
    this.all.set([...this.#own.values(), ...this.#joined.values()].map((one) => one.shown()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#begun
    await Promise.all([...this.#own.values(), ...this.#joined.values()].map((one) => one[Symbol.asyncDispose]()))
  }
}
