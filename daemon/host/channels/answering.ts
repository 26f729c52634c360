import { constants, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import { give, readQuestion, readWhole, type Tally } from './bodies.ts'
import { insideOf, tunnelOver } from './lines.ts'
import { answeringSession } from './session.ts'
import type { World } from './world.ts'

/** How long the rest of a question is read that is answered already. */
const REST_MS = 5_000

export type Answer = (question: PeerQuestion) => OurAnswer | Promise<OurAnswer>

/** A peer's channel to us: whoever is behind the connection asks, `answer` says what. */
export function answering(
  world: World,
  connection: Connection,
  answer: Answer,
  remote: Endpoint = connection.remote,
): ServerHttp2Session {
  const fingerprint = connection.secured?.fingerprint
  const local = world.isLocal(connection.remote.host)
  const { session, use } = answeringSession(world, insideOf(connection))
  session.on('stream', (stream, headers) => {
    use(stream)
    stream.on('error', (error) => world.log.debug('an answer was not taken', { error: String(error) }))
    const asked = new Asked(world, stream, remote, local)
    asked.answer(answer, headers, fingerprint).catch((error: unknown) => {
      if (!asked.signal.aborted) world.log.warn('an answer broke off', { fault: faultOf(error) })
      stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    })
  })
  return session
}

/** One question, until it is answered or taken back. */
class Asked {
  readonly signal: AbortSignal
  readonly #world: World
  readonly #stream: ServerHttp2Stream
  readonly #remote: Endpoint
  readonly #local: boolean

  constructor(world: World, stream: ServerHttp2Stream, remote: Endpoint, local: boolean) {
    this.#world = world
    this.#stream = stream
    this.#remote = remote
    this.#local = local
    const ended = new AbortController()
    stream.once('close', () => ended.abort(fail('gone', 'channel/ended', 'The other device does not want the answer')))
    this.signal = ended.signal
  }

  async answer(answer: Answer, headers: IncomingHttpHeaders, fingerprint: Uint8Array | undefined): Promise<void> {
    const world = this.#world
    const stream = this.#stream
    let given: OurAnswer
    try {
      given = await answer({
        method: headers[':method'] ?? 'GET',
        target: headers[':path'] ?? '/',
        remote: this.#remote,
        fingerprint,
        signal: this.signal,
        body: (limit) => readWhole(stream, this.#tally(), limit),
        parts: () => readQuestion(stream, this.#tally()),
      })
    } catch (error) {
      if (!this.signal.aborted) world.log.warn('a question was not answered', { fault: faultOf(error) })
      given = { status: faultOf(error).kind === 'peer' ? 400 : 500 }
    }
    world.record()
    if (stream.destroyed) return
    if (given.tunnel === undefined) return this.#give(given)
    stream.respond({ ':status': given.status })
    given.tunnel(tunnelOver(world, stream, this.#remote, true, given.budget ?? world.budget))
  }

  async #give({ status, type, body, budget }: OurAnswer): Promise<void> {
    const stream = this.#stream
    this.#endInTime()
    stream.respond({ ':status': status, ...(type === undefined ? {} : { 'content-type': type }) })
    const tally = this.#tally(budget)
    if (body !== undefined && !(body instanceof Uint8Array)) return give(stream, body, tally)
    if (body !== undefined) tally.budget.spend('up', body.length, tally.clock.now())
    stream.end(body)
  }

  /** Who still sends stops when it has the answer; until then the rest is read, and not for ever. */
  #endInTime(): void {
    const stream = this.#stream
    stream.once('finish', () => {
      if (stream.endAfterHeaders || stream.readableEnded) return
      const timer = this.#world.clock.after(REST_MS, () => stream.close(constants.NGHTTP2_CANCEL))
      stream.once('close', () => timer[Symbol.dispose]())
      stream.resume()
    })
  }

  #tally(budget: Budget = this.#world.budget): Tally & { readonly signal: AbortSignal } {
    return { budget: this.#local ? budget.local : budget, clock: this.#world.clock, signal: this.signal }
  }
}
