import {
  connect,
  constants,
  performServerHandshake,
  type ClientHttp2Session,
  type Http2Session,
  type Http2Stream,
  type ServerHttp2Session,
} from 'node:http2'
import type { Duplex } from 'node:stream'
import type { Clock } from '@kith/core/network/clock.ts'
import { every } from '@kith/core/network/clock.ts'
import type { World } from './world.ts'

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
/** How often the other side is asked whether it is there. */
const PING_MS = 15_000
/** A channel that nobody uses is closed: both sides can open it again. Who dialled does it first. */
const IDLE_MS = 5 * 60_000

const options = {
  settings: {
    enablePush: false,
    initialWindowSize: STREAM_WINDOW,
    maxFrameSize: FRAME_BYTES,
    maxConcurrentStreams: MOST_QUESTIONS,
    maxHeaderListSize: 8 * 1024,
  },
  maxSessionMemory: WAITING_MIB,
}

/** HTTP/2 on one socket, while the other side is there and the channel is used. */
export interface Session<Kind extends Http2Session> {
  readonly session: Kind
  /** Counts a stream as use of the channel until it closes, also a silent tunnel. */
  use(stream: Http2Stream): void
}

export function askingSession(world: World, socket: Duplex): Session<ClientHttp2Session> {
  const session = connect('https://kith', { createConnection: () => socket, ...options })
  // Node tells of the connection a turn later: until then it may have been given up.
  session.once('connect', () => {
    if (!session.destroyed) session.setLocalWindowSize(CHANNEL_WINDOW)
  })
  return tended(session, socket, world, IDLE_MS)
}

export function answeringSession(world: World, socket: Duplex): Session<ServerHttp2Session> {
  return tended(performServerHandshake(socket, options), socket, world, IDLE_MS * 2)
}

function tended<Kind extends Http2Session>(session: Kind, socket: Duplex, world: World, idleMs: number): Session<Kind> {
  session.on('error', (error) => world.log.debug('a channel broke', { error: String(error) }))
  let streams = 0
  session.setTimeout(idleMs, () => {
    if (streams === 0) session.close()
  })
  const watching = watch(session, socket, world.clock)
  session.once('close', () => watching[Symbol.dispose]())
  return {
    session,
    use(stream) {
      streams++
      stream.once('close', () => streams--)
    },
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
