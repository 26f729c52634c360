import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import { readBody } from '@kith/core/network/http.ts'
import type { Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { attempt } from '@kith/wire/fault.ts'
import {
  decodeAnnouncement,
  decodeInfo,
  encodeAnnouncement,
  encodeInfo,
  type Info,
  MOST_INFO_BYTES,
} from './messages.ts'
import { isNear } from './near.ts'
import { addressOf, trustOf } from './outgoing.ts'

export const GROUP = '224.0.0.167'
/** Who is there is asked again this often. */
const ANNOUNCE_MS = 60_000
/** Once more soon after the start: a datagram may be lost. */
const AGAIN_MS = 1_500
/** A device that asks who is there is answered once in this time: an answer costs more than the question. */
const ANSWER_EVERY_MS = 500
const MOST_ANSWERS_AT_ONCE = 16
const REGISTER_MS = 5_000

/** Tells the group of this device, hears of others, and answers those that ask (section 3.1). */
export class LocalSendDiscovery implements AsyncDisposable {
  readonly #host: Host
  readonly #own: () => Info
  readonly #heard: (from: string, info: Info) => void
  readonly #resources = new AsyncDisposableStack()
  readonly #answered = new Map<string, number>()
  #datagrams: Datagrams | undefined
  #answering = 0

  constructor(host: Host, own: () => Info, heard: (from: string, info: Info) => void) {
    this.#host = host
    this.#own = own
    this.#heard = heard
  }

  /** @param port of the group. @throws FaultError `local` */
  async start(port: number): Promise<void> {
    const { net, clock } = this.#host
    const receive = (from: Endpoint, bytes: Uint8Array): void => this.#receive(from, bytes, port)
    this.#datagrams = this.#resources.use(await net.datagrams({ groups: [GROUP], family: 4, port, receive }))
    const announce = (): void => this.#say(true, port)
    this.#resources.use(every(clock, ANNOUNCE_MS, announce))
    this.#resources.use(clock.after(AGAIN_MS, announce))
    announce()
  }

  #say(announce: boolean, port: number): void {
    this.#datagrams?.send({ host: GROUP, port }, encodeAnnouncement({ ...this.#own(), announce }))
  }

  #receive({ host }: Endpoint, bytes: Uint8Array, port: number): void {
    const said = attempt(() => decodeAnnouncement(bytes))
    if (!said.ok || !isNear(this.#host.net, host) || said.value.fingerprint === this.#own().fingerprint) return
    const { announce, ...info } = said.value
    this.#heard(host, info)
    const now = this.#host.clock.now()
    for (const [one, at] of this.#answered) if (at + ANSWER_EVERY_MS <= now) this.#answered.delete(one)
    if (!announce || this.#answered.has(host) || this.#answering >= MOST_ANSWERS_AT_ONCE) return
    this.#answered.set(host, now)
    void this.#answer(host, info, port)
  }

  async #answer(host: string, info: Info, port: number): Promise<void> {
    this.#answering++
    try {
      await this.register(host, info)
    } catch (error) {
      this.#host.log.debug('a LocalSend device did not take an answer', { host, error: String(error) })
      this.#say(false, port)
    } finally {
      this.#answering--
    }
  }

  /** Tells a device of this one, and hears of it. @throws FaultError `gone`, `peer` */
  async register(host: string, to: Pick<Info, 'port' | 'protocol' | 'fingerprint'>): Promise<Info> {
    const info = { alias: '', ...to }
    const answer = await this.#host.http.request({
      url: addressOf({ host, info }, 'register'),
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: encodeInfo(this.#own()),
      trust: trustOf(info),
      redirects: 0,
      timeoutMs: REGISTER_MS,
    })
    const body = await readBody(answer, MOST_INFO_BYTES, () => fail('peer', 'neighbours/localsend', 'It is too long'))
    if (answer.status !== 200) throw fail('peer', 'neighbours/localsend', `The answer has status ${answer.status}`)
    // Where it was asked is where it is; what it answers may leave that out.
    const told = { ...decodeInfo(body, to), port: to.port, protocol: to.protocol }
    this.#heard(host, told)
    return told
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]()
  }
}
