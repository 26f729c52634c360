import { constants, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2'
import type { Duplex } from 'node:stream'
import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Channel, ChannelAnswer, ChannelQuestion, TunnelOptions } from '@kith/core/network/channel.ts'
import { endpointText, type Connection, type Endpoint } from '@kith/core/network/net.ts'
import { ask, ended, readAnswer, type Tally } from './bodies.ts'
import { tunnelOver } from './lines.ts'
import { partsOf } from './parts.ts'
import { askingSession, type Session } from './session.ts'
import type { World } from './world.ts'

/** How long the other side may take to answer. */
const ANSWER_MS = 30_000

/** A channel that we dialled, to ask. */
export class DialledChannel implements Channel {
  readonly remote: Endpoint
  readonly fingerprint: Uint8Array
  readonly #world: World
  readonly #asking: Session<ClientHttp2Session>
  readonly #ended = new Set<() => void>()

  constructor(world: World, remote: Endpoint, fingerprint: Uint8Array, socket: Duplex) {
    this.#world = world
    this.remote = remote
    this.fingerprint = fingerprint
    this.#asking = askingSession(world, socket)
    this.#asking.session.once('close', () => {
      for (const callback of this.#ended) callback()
    })
  }

  get open(): boolean {
    const { closed, destroyed } = this.#asking.session
    return !closed && !destroyed
  }

  ended(callback: () => void): void {
    if (this.open) this.#ended.add(callback)
    else process.nextTick(callback)
  }

  async ask(question: ChannelQuestion): Promise<ChannelAnswer> {
    const { method, target, body, signal, timeoutMs = ANSWER_MS } = question
    const stream = this.#request(method, target, body === undefined, signal)
    const streams = body !== undefined && !(body instanceof Uint8Array)
    // Closing ends the body in good order first: half of it would look whole.
    const abort = (): void =>
      void (streams ? stream.destroy(new Error('given up')) : stream.close(constants.NGHTTP2_CANCEL))
    signal?.addEventListener('abort', abort, { once: true })
    stream.once('close', () => signal?.removeEventListener('abort', abort))
    stream.setTimeout(timeoutMs, abort)
    const parts = partsOf(stream)
    // The answer is whole: what we still send is not wanted.
    stream.once('end', () => {
      if (stream.writable) stream.close(constants.NGHTTP2_NO_ERROR)
    })
    const tally = this.#tally(undefined, signal)
    let lost: unknown
    if (body instanceof Uint8Array) {
      stream.end(body)
      tally.budget.spend('up', body.length, tally.clock.now())
    } else if (body !== undefined) {
      ask(stream, body, tally).catch((error: unknown) => {
        lost = error
        abort()
      })
    }
    let head
    try {
      head = await this.#head(stream, signal)
    } catch (error) {
      throw lost ?? error
    }
    const { 'content-type': type } = head
    return {
      status: Number(head[':status']),
      ...(type === undefined ? {} : { type }),
      body: readAnswer(parts, this.#tally(question.budget, signal), this.#doing),
    }
  }

  async tunnel(target: string, { budget, signal, timeoutMs = ANSWER_MS }: TunnelOptions = {}): Promise<Connection> {
    const stream = this.#request('POST', target, false, signal)
    stream.pause()
    const abort = (): void => stream.close(constants.NGHTTP2_CANCEL)
    signal?.addEventListener('abort', abort, { once: true })
    const timer = this.#world.clock.after(timeoutMs, abort)
    try {
      const status = Number((await this.#head(stream, signal))[':status'])
      if (status === 200) return tunnelOver(this.#world, stream, this.remote, false, budget ?? this.#world.budget)
      abort()
      throw fail('unavailable', 'channel/refused', `The other device refuses (${status})`, { cause: status })
    } finally {
      timer[Symbol.dispose]()
      signal?.removeEventListener('abort', abort)
    }
  }

  #request(method: string, target: string, endStream: boolean, signal: AbortSignal | undefined): ClientHttp2Stream {
    if (!this.open) throw ended(undefined, this.#doing)
    signal?.throwIfAborted()
    const stream = this.#asking.session.request({ ':method': method, ':path': target }, { endStream })
    this.#asking.use(stream)
    return stream
  }

  async #head(stream: ClientHttp2Stream, signal: AbortSignal | undefined): Promise<IncomingHttpHeaders> {
    return new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const lost = (error?: unknown): void =>
        reject(signal?.aborted ? (signal.reason as Error) : ended(error, this.#doing))
      stream.once('response', (given) => {
        stream.off('error', lost).off('close', lost)
        resolve(given)
      })
      stream.once('error', lost).once('close', lost)
    })
  }

  #tally(budget: Budget = this.#world.budget, signal: AbortSignal | undefined): Tally {
    const { clock, isLocal } = this.#world
    return { budget: isLocal(this.remote.host) ? budget.local : budget, clock, signal }
  }

  get #doing(): string {
    return `ask ${endpointText(this.remote)}`
  }

  [Symbol.dispose](): void {
    this.#asking.session.destroy()
  }
}
