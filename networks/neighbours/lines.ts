import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Channel, ChannelAnswer, ChannelQuestion, Channels, TunnelOptions } from '@kith/core/network/channel.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import { readBody } from '@kith/core/network/http.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import type { Book } from './book.ts'
import { firstWay } from './first-way.ts'
import { idBytes } from './wire/device-id.ts'

/** An address that does not answer within this time is not waited for: the next is tried beside it (RFC 8305 5). */
const NEXT_ADDRESS_MS = 250

/** A way of our own is worth waiting for. */
const FIRST_CALL_MS = 2_000

/** Whether what is said goes through another device, which cannot read it. */
export function isRelayed({ remote }: Channel): boolean {
  return remote.host === ''
}

/** The channels that we dialled, one for each device, opened when there is something to ask. */
export class Lines implements Disposable {
  readonly #channels: Channels
  readonly #clock: Clock
  readonly #book: Book
  readonly #relays: () => readonly (readonly [device: string, channel: Channel])[]
  readonly #open = new Map<string, Promise<Channel>>()
  readonly #stop = new AbortController()

  constructor(
    { channels, clock }: Pick<Host, 'channels' | 'clock'>,
    book: Book,
    relays: () => readonly (readonly [device: string, channel: Channel])[],
  ) {
    this.#channels = channels
    this.#relays = relays
    this.#clock = clock
    this.#book = book
  }

  /**
   * Whoever gives up is let go at once; others may wait for the same line.
   * @throws FaultError `gone` when no address of it answers, or `peer`; the signal's reason
   */
  to(id: string, signal?: AbortSignal): Promise<Channel> {
    return waited(this.#open.get(id) ?? this.#keep(id, this.#dial(id)), signal)
  }

  /**
   * Hosts that what is said to a device goes by on its way: its own, and those of the devices that pass it on, now or when there is no
   * other way any more. @throws FaultError `gone`, `peer`
   */
  async hostsTo(id: string): Promise<readonly string[]> {
    const channels = [await this.to(id), ...this.#relays().map(([, channel]) => channel)]
    // One that is passed on itself goes by the others.
    return [...new Set(channels.filter((channel) => !isRelayed(channel)).map(({ remote }) => remote.host))]
  }

  /** A line that goes through no other device. @throws FaultError `gone`, `peer`; the signal's reason */
  async direct(id: string, signal: AbortSignal): Promise<Channel> {
    const opening = this.#open.get(id)
    const known = opening === undefined ? undefined : await waited(opening, signal).catch(() => undefined)
    signal.throwIfAborted()
    if (known?.open === true && !isRelayed(known)) return known
    const stop = AbortSignal.any([signal, this.#stop.signal])
    const channel = this.#counted(id, await this.#reach(id, this.#book.get(id)?.addresses ?? [], [], stop))
    // From now on everything goes by the shorter way; what runs on the longer one ends there.
    return this.#keep(id, Promise.resolve(channel))
  }

  #keep(id: string, opening: Promise<Channel>): Promise<Channel> {
    this.#open.set(id, opening)
    const drop = (): void => {
      if (this.#open.get(id) === opening) this.#open.delete(id)
    }
    opening.then((channel) => channel.ended(drop), drop)
    return opening
  }

  /**
   * Asks and wants success.
   * @param repeats whether it is the same to be asked once or twice
   * @throws FaultError `gone`, `peer`, or `unavailable` `neighbours/refused`
   */
  async ask(
    id: string,
    question: ChannelQuestion,
    repeats: boolean = question.method === 'GET',
  ): Promise<ChannelAnswer> {
    const answer = await this.#answer(id, question, repeats)
    if (answer.status >= 200 && answer.status < 300) return answer
    await leave(answer)
    if (answer.status === 404) throw fail('unavailable', 'neighbours/not-there', 'The device does not have that')
    throw fail('unavailable', 'neighbours/refused', `The device refuses (${answer.status})`)
  }

  /**
   * A device that was switched off, or lost its network, has said nothing: its line shows that only when something is asked.
   * By then it may be back, so what may be repeated is asked again, once (RFC 9110 9.2.2).
   */
  async #answer(id: string, question: ChannelQuestion, repeats: boolean): Promise<ChannelAnswer> {
    const channel = await this.to(id, question.signal)
    try {
      return await channel.ask(question)
    } catch (error) {
      const hasEnded = faultOf(error).code === 'channel/ended' && !channel.open
      if (!repeats || !hasEnded) throw error
      const known = this.#open.get(id)
      if (known !== undefined && (await known.catch(() => channel)) === channel) this.#open.delete(id)
      return (await this.to(id, question.signal)).ask(question)
    }
  }

  /** @throws FaultError `gone`, `peer`, or `unavailable` `channel/refused` */
  async tunnel(id: string, target: string, options?: TunnelOptions): Promise<Connection> {
    return (await this.to(id, options?.signal)).tunnel(target, options)
  }

  /**
   * A channel of its own to a device that is perhaps not in the book yet, at these addresses or at those we know.
   * @throws FaultError `gone`, `peer`
   */
  reach(id: string, at: readonly Endpoint[]): Promise<Channel> {
    return this.#reach(id, [...at, ...(this.#book.get(id)?.addresses ?? [])])
  }

  async #dial(id: string): Promise<Channel> {
    return this.#counted(id, await this.#reach(id, this.#book.get(id)?.addresses ?? []))
  }

  #counted(id: string, channel: Channel): Channel {
    const relayed = isRelayed(channel)
    this.#book.line(id, 1, relayed)
    channel.ended(() => this.#book.line(id, -1, relayed))
    return channel
  }

  #reach(
    id: string,
    at: readonly Endpoint[],
    relays = this.#relays(),
    signal: AbortSignal = this.#stop.signal,
  ): Promise<Channel> {
    const name = idBytes(id)
    const ways = at.map((address) => ({
      afterMs: NEXT_ADDRESS_MS,
      go: (signal: AbortSignal) => this.#channels.dial(address, name, signal),
    }))
    // Nobody can pass on a call to himself.
    const others = relays.filter(([device]) => device !== id)
    const calls = others.map(([, relay], index) => ({
      afterMs: index === 0 ? FIRST_CALL_MS : NEXT_ADDRESS_MS,
      go: async (signal: AbortSignal) => {
        const line = await relay.tunnel(`/relay/to/${id}`, { signal })
        return this.#channels.dial(line, name, signal)
      },
    }))
    return firstWay(this.#clock, [...ways, ...calls], signal)
  }

  [Symbol.dispose](): void {
    this.#stop.abort(fail('gone', 'neighbours/leaving', 'Kith leaves the neighbours'))
    for (const opening of this.#open.values()) {
      opening.then(
        (channel) => channel[Symbol.dispose](),
        () => {},
      )
    }
  }
}

/** What a line becomes, or the reason of the signal when that comes first. */
function waited(opening: Promise<Channel>, signal: AbortSignal | undefined): Promise<Channel> {
  if (signal === undefined) return opening
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Lets go of an answer that is not read. */
async function leave({ body }: ChannelAnswer): Promise<void> {
  for await (const _ of body) return
}

/** The whole of a short answer. @throws FaultError `peer` `neighbours/too-long` */
export function wholeOf(answer: Pick<ChannelAnswer, 'body'>, limit: number): Promise<Uint8Array> {
  return readBody(answer, limit, () => fail('peer', 'neighbours/too-long', 'The device answers more than makes sense'))
}
