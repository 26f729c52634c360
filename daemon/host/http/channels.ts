import {
  connect,
  constants,
  performServerHandshake,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import { turn } from '@kith/core/limits/budget.ts'
import type {
  Channel,
  ChannelAnswer,
  ChannelQuestion,
  Channels,
  OurAnswer,
  PeerQuestion,
  TunnelOptions,
} from '@kith/core/network/channel.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import { endpointText, type Connection, type Endpoint, type Net } from '@kith/core/network/net.ts'
import { concat } from '@kith/wire/bytes.ts'
import type { TlsConnect, TlsListen } from '@kith/core/network/tls.ts'
import { TIMEOUT_MS } from '../net/dial.ts'
import type { IdentitySource } from '../net/identity.ts'
import { readSpace } from '../net/read-space.ts'
import { secureAccepted, secureInTime } from '../net/tls.ts'
import { TcpConnection, type TcpWorld } from '../net/tcp.ts'
import { type Parts, partsOf } from './parts.ts'

/** What may be under way in one stream, and in all of a channel: a fast line of some milliseconds. */
const STREAM_WINDOW = 8 * 1024 * 1024
const CHANNEL_WINDOW = 32 * 1024 * 1024
/** Larger frames cost less; every receiver has to take 16 KiB, we take more. */
const FRAME_BYTES = 256 * 1024
/** Questions that one peer may have open at once. */
const MOST_QUESTIONS = 256
/**
 * What may wait in one channel for slow readers; beyond it Node refuses new streams. Its 10 MB are full with some twenty
 * downloads. We hold about 1 MiB for each stream, as we wait for what is pending to leave.
 */
const WAITING_MIB = MOST_QUESTIONS
/** How often the other side is asked whether it is there, and how long it may take to say so. */
const PING_MS = 15_000
const ANSWER_MS = 30_000
/** How long the rest of a question is read that is answered already. */
const REST_MS = 5_000
/** A channel that nobody uses is closed: both sides can open it again. */
const IDLE_MS = 5 * 60_000

/** Where a peer is that is reached through another. */
const NOWHERE: Endpoint = { host: '', port: 0 }

const settings = {
  enablePush: false,
  initialWindowSize: STREAM_WINDOW,
  maxFrameSize: FRAME_BYTES,
  maxConcurrentStreams: MOST_QUESTIONS,
  maxHeaderListSize: 8 * 1024,
}
const options = { settings, maxSessionMemory: WAITING_MIB }

export interface ChannelWorld {
  readonly clock: Clock
  readonly log: Log
  /** The network's sockets, under its own identity. */
  readonly net: Net
  readonly budget: Budget
  /** Who we are on lines that others pass on. */
  readonly identity: IdentitySource
  isLocal(host: string): boolean
}

interface World extends ChannelWorld {
  readonly tunnels: TcpWorld
}

/** HTTP/2 by Node, on the sockets of the host. */
export function channels(given: ChannelWorld): Channels {
  const { clock, log, isLocal } = given
  const world: World = { ...given, tunnels: { clock, log, isLocal, space: readSpace(), open: new Set() } }
  return {
    async dial(to, fingerprint, signal) {
      const tls: TlsConnect = {
        trust: fingerprint === undefined ? { kind: 'anyone' } : { kind: 'pinned', fingerprints: [fingerprint] },
        alpn: ['h2'],
        minimum: 'TLSv1.3',
      }
      const until = signal === undefined ? {} : { signal }
      const line = isLine(to)
      const connection = line ? socketOf(to) : await world.net.connect(to, { tls, ...until })
      if (line) await secureInTime(clock, socketOf(to), world.identity(), tls, until)
      const shown = connection.secured?.fingerprint
      const remote = line ? NOWHERE : to
      if (connection.secured?.alpn !== 'h2' || shown === undefined) {
        connection.close()
        throw fail('peer', 'channel/not-spoken', `${endpointText(remote)} does not speak as devices do`)
      }
      return new DialledChannel(world, remote, shown, insideOf(connection))
    },
    async accept(line, answer) {
      const late = new AbortController()
      using _timer = clock.after(TIMEOUT_MS, () =>
        late.abort(fail('gone', 'net/timeout', 'Nobody answered in time', { doing: 'answer a call' })),
      )
      const tls: TlsListen = { plain: false, alpn: ['h2'], client: 'required', minimum: 'TLSv1.3' }
      await secureAccepted(socketOf(line), world.identity(), tls, new Uint8Array(), late.signal)
      serve(world, line, answer, NOWHERE)
    },
    async listen({ port }, answer) {
      const sessions = new Set<Http2Session>()
      const listener = await world.net.listen({
        ...(port === undefined ? {} : { port }),
        tls: { plain: false, alpn: ['h2'], client: 'asked', minimum: 'TLSv1.3' },
        // Nobody else speaks HTTP/2 by name, so it is ours before the first byte.
        recognise: () => true,
        accept: (connection) => {
          const session = serve(world, connection, answer)
          sessions.add(session)
          session.once('close', () => sessions.delete(session))
        },
      })
      return {
        local: listener.local,
        async [Symbol.asyncDispose]() {
          await listener[Symbol.asyncDispose]()
          // Whoever answered is not there any more.
          for (const session of sessions) session.destroy()
        },
      }
    },
  }
}

/** The socket of a connection, for HTTP/2 to take over; the connection goes on to hold its seat. */
function insideOf(connection: Connection): Duplex {
  return socketOf(connection).unwrap(new Uint8Array())
}

function socketOf(connection: Connection): TcpConnection {
  if (!(connection instanceof TcpConnection)) throw new Error('channels run on sockets of the host')
  return connection
}

function isLine(to: Endpoint | Connection): to is Connection {
  return 'send' in to
}

/** A stream of the channel as a connection. It has the channel's seat, so none of its own. */
function tunnelOver(world: World, stream: Duplex, remote: Endpoint, incoming: boolean, budget: Budget): Connection {
  const seat = { move() {}, [Symbol.dispose]() {} }
  const connection = new TcpConnection(world.tunnels, { remote, incoming, budget, seat })
  connection.attach(stream, { host: '', port: 0 }, false)
  return connection
}

/** Closes a channel that nobody has used for a while; a silent tunnel is use. */
function closeWhenIdle(session: Http2Session, ms: number): void {
  let streams = 0
  session.on('stream', (stream: ServerHttp2Stream) => {
    streams++
    stream.once('close', () => streams--)
  })
  session.setTimeout(ms, () => {
    if (streams === 0) session.close()
  })
}

class DialledChannel implements Channel {
  readonly remote: Endpoint
  readonly fingerprint: Uint8Array
  readonly #world: World
  readonly #session: ClientHttp2Session
  readonly #ended = new Set<() => void>()
  /** Streams that are open: a silent tunnel is use of the channel. */
  #asked = 0

  constructor(world: World, remote: Endpoint, fingerprint: Uint8Array, socket: Duplex) {
    this.#world = world
    this.remote = remote
    this.fingerprint = fingerprint
    this.#session = connect('https://kith', { createConnection: () => socket, ...options })
    // Node tells of the connection a turn later: until then it may have been given up.
    this.#session.once('connect', () => {
      if (!this.#session.destroyed) this.#session.setLocalWindowSize(CHANNEL_WINDOW)
    })
    this.#session.on('error', (error) => world.log.debug('a channel broke', { error: String(error) }))
    this.#session.setTimeout(IDLE_MS, () => {
      if (this.#asked === 0) this.#session.close()
    })
    const watching = watch(this.#session, socket, world.clock)
    this.#session.once('close', () => {
      watching[Symbol.dispose]()
      for (const callback of this.#ended) callback()
    })
  }

  get open(): boolean {
    return !this.#session.closed && !this.#session.destroyed
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
    let lost: unknown
    if (body instanceof Uint8Array) {
      stream.end(body)
      this.#charged(this.#world.budget).spend('up', body.length, this.#world.clock.now())
    } else if (body !== undefined) {
      this.#send(stream, body, signal).catch((error: unknown) => {
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
      body: this.#body(parts, this.#charged(question.budget ?? this.#world.budget), signal),
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

  /** Sends a body as it is made, until it ends or nobody wants it any more. */
  async #send(
    stream: ClientHttp2Stream,
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const budget = this.#charged(this.#world.budget)
    for await (const part of body) {
      for (let at = 0; at < part.length && stream.writable;) {
        const most = await turn(budget, 'up', part.length - at, signal)
        const some = part.subarray(at, at + most)
        at += some.length
        budget.spend('up', some.length, this.#world.clock.now())
        if (!stream.write(some)) await drainedOrClosed(stream)
      }
      if (!stream.writable) return
    }
    stream.end()
  }

  #request(method: string, target: string, endStream: boolean, signal: AbortSignal | undefined): ClientHttp2Stream {
    if (!this.open) throw this.#gone(undefined)
    signal?.throwIfAborted()
    const stream = this.#session.request({ ':method': method, ':path': target }, { endStream })
    this.#asked++
    stream.once('close', () => this.#asked--)
    return stream
  }

  async #head(stream: ClientHttp2Stream, signal: AbortSignal | undefined): Promise<IncomingHttpHeaders> {
    return new Promise<IncomingHttpHeaders>((resolve, reject) => {
      const lost = (error?: unknown): void => reject(signal?.aborted ? (signal.reason as Error) : this.#gone(error))
      stream.once('response', (given) => {
        stream.off('error', lost).off('close', lost)
        resolve(given)
      })
      stream.once('error', lost).once('close', lost)
    })
  }

  #charged(budget: Budget): Budget {
    return this.#world.isLocal(this.remote.host) ? budget.local : budget
  }

  async *#body(parts: Parts, budget: Budget, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    try {
      for (let part = await parts.next(); part !== undefined; part = await parts.next()) {
        budget.spend('down', part.length, this.#world.clock.now())
        yield part
        if (!budget.unlimited('down')) await turn(budget, 'down', part.length, signal)
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : this.#gone(error)
    } finally {
      parts.leave()
    }
  }

  #gone(cause: unknown): Error {
    return fail('gone', 'channel/ended', 'The other device ended the conversation', {
      doing: `ask ${endpointText(this.remote)}`,
      ...(cause === undefined ? {} : { cause }),
    })
  }

  [Symbol.dispose](): void {
    this.#session.destroy()
  }
}

/**
 * Ends a channel whose other side has gone: at once when it said so, else when it answers no ping. A device that is
 * switched off, or loses its network, says nothing.
 */
function watch(session: Http2Session, socket: Duplex, clock: Clock): Disposable {
  let waiting = false
  // With a code: without one, an answer that breaks off would look as if it had come to its end.
  const end = (): void => session.destroy(new Error('it went away'), constants.NGHTTP2_CANCEL)
  socket.once('end', end)
  const pinging = every(clock, PING_MS, () => {
    if (waiting || session.destroyed) return end()
    if (session.connecting) return
    waiting = true
    session.ping((error) => {
      if (error === null) waiting = false
    })
  })
  return {
    [Symbol.dispose]() {
      pinging[Symbol.dispose]()
      socket.off('end', end)
    },
  }
}

function serve(
  world: World,
  connection: Connection,
  answer: (question: PeerQuestion) => OurAnswer | Promise<OurAnswer>,
  remote: Endpoint = connection.remote,
): ServerHttp2Session {
  const fingerprint = connection.secured?.fingerprint
  const budget = world.isLocal(connection.remote.host) ? (of: Budget): Budget => of.local : (of: Budget): Budget => of
  const socket = insideOf(connection)
  const session: ServerHttp2Session = performServerHandshake(socket, options)
  session.on('error', (error) => world.log.debug('a channel broke', { error: String(error) }))
  closeWhenIdle(session, IDLE_MS * 2)
  const watching = watch(session, socket, world.clock)
  session.once('close', () => watching[Symbol.dispose]())
  session.on('stream', (stream, headers) => {
    stream.on('error', (error) => world.log.debug('an answer was not taken', { error: String(error) }))
    const ended = new AbortController()
    stream.once('close', () => ended.abort(fail('gone', 'channel/ended', 'The other device does not want the answer')))
    const question: PeerQuestion = {
      method: headers[':method'] ?? 'GET',
      target: headers[':path'] ?? '/',
      remote,
      fingerprint,
      signal: ended.signal,
      body: (limit) => readAll(world, stream, budget(world.budget), limit),
      parts: () => readParts(world, stream, budget(world.budget), ended.signal),
    }
    void (async () => {
      let given: OurAnswer
      try {
        given = await answer(question)
      } catch (error) {
        if (!ended.signal.aborted) world.log.warn('a question was not answered', { fault: faultOf(error) })
        given = { status: faultOf(error).kind === 'peer' ? 400 : 500 }
      }
      if (given.tunnel === undefined) {
        await give(world, stream, given, budget(given.budget ?? world.budget), ended.signal)
      } else if (!stream.destroyed) {
        stream.respond({ ':status': given.status })
        given.tunnel(tunnelOver(world, stream, remote, true, given.budget ?? world.budget))
      }
    })().catch((error: unknown) => {
      if (!ended.signal.aborted) world.log.warn('an answer broke off', { fault: faultOf(error) })
      stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    })
  })
  return session
}

async function readAll(
  world: ChannelWorld,
  stream: ServerHttp2Stream,
  budget: Budget,
  limit: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    budget.spend('down', part.length, world.clock.now())
    length += part.length
    if (length > limit) throw fail('peer', 'channel/too-long', 'A device sent more than makes sense')
    parts.push(part)
  }
  return concat(parts)
}

/** What is not read waits with the other side, within the window of the stream. */
async function* readParts(
  world: ChannelWorld,
  stream: ServerHttp2Stream,
  budget: Budget,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const ended = (cause?: unknown): Error =>
    fail('gone', 'channel/ended', 'The other device ended the conversation', cause === undefined ? {} : { cause })
  try {
    for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      budget.spend('down', part.length, world.clock.now())
      yield new Uint8Array(part.buffer, part.byteOffset, part.length)
      if (!budget.unlimited('down')) await turn(budget, 'down', part.length, signal)
    }
  } catch (error) {
    throw ended(error)
  }
  // A stream that was cut off also looks as if it had come to its end.
  if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) throw ended()
}

function drainedOrClosed(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done)
      resolve()
    }
    stream.once('drain', done).once('close', done)
    if (stream.destroyed) done()
  })
}

async function give(
  world: ChannelWorld,
  stream: ServerHttp2Stream,
  { status, type, body }: OurAnswer,
  budget: Budget,
  signal: AbortSignal,
): Promise<void> {
  if (stream.destroyed) return
  // Who still sends stops when it has the answer; until then the rest is read, and not for ever.
  stream.once('finish', () => {
    if (stream.endAfterHeaders || stream.readableEnded) return
    const timer = world.clock.after(REST_MS, () => stream.close(constants.NGHTTP2_CANCEL))
    stream.once('close', () => timer[Symbol.dispose]())
    stream.resume()
  })
  stream.respond({ ':status': status, ...(type === undefined ? {} : { 'content-type': type }) })
  if (body === undefined || body instanceof Uint8Array) {
    if (body !== undefined) budget.spend('up', body.length, world.clock.now())
    stream.end(body)
    return
  }
  for await (const part of body) {
    for (let at = 0; at < part.length;) {
      const most = await turn(budget, 'up', part.length - at, signal)
      const some = at === 0 && most >= part.length ? part : part.subarray(at, at + most)
      at += some.length
      budget.spend('up', some.length, world.clock.now())
      await written(stream, some, signal)
    }
  }
  stream.end()
}

/** Resolves when the bytes have gone: their memory may be used again. */
function written(stream: ServerHttp2Stream, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    stream.write(bytes, (error) => {
      signal.removeEventListener('abort', abort)
      if (error) reject(error)
      else resolve()
    })
  })
}
