import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import multicastDns, { type QueryPacket, type ResponsePacket } from 'multicast-dns'
import type { Clock } from '@kith/core/network/clock.ts'

export type Answer = NonNullable<ResponsePacket['answers']>[number]

/** RFC 6762 17: no message is longer. */
const MOST_BYTES = 9_000
/** Records and questions of one message: a hundred services fit. */
const MOST_RECORDS = 512
/** Messages of everybody on one interface within a second; a crowd that all answers at once comes again by itself. */
const MOST_A_SECOND = 500
const HEADER_BYTES = 12

export interface SpeakerOptions {
  readonly clock: Clock
  /** An IPv4 address of this machine: the interface that is spoken on. */
  readonly at: string
  readonly trouble: (error: unknown) => void
  /** For tests; the socket is bound and closed here. */
  readonly socket?: Socket
  asked?(packet: QueryPacket): void
  answered?(packet: ResponsePacket, from: string): void
}

export interface Speaker extends AsyncDisposable {
  ask(name: string): void
  /** Tells everybody on the interface; resolves when that is sent. */
  say(answers: readonly Answer[], additionals?: readonly Answer[]): Promise<void>
}

/**
 * Multicast DNS on one interface, by the library multicast-dns, which shares port 5353 with whatever else of the system
 * answers there, such as Avahi. Messages of strangers reach it only when they are as small and as seldom as is right.
 */
export function speaker(options: SpeakerOptions): Speaker {
  const { clock, at, trouble, socket = createSocket({ type: 'udp4', reuseAddr: true }) } = options
  const mdns = multicastDns({ socket, interface: at, bind: '0.0.0.0' })
  const listeners = socket.listeners('message') as ((bytes: Buffer, from: RemoteInfo) => void)[]
  socket.removeAllListeners('message')
  let second = 0
  let count = 0
  socket.on('message', (bytes, from) => {
    const now = Math.floor(clock.now() / 1000)
    if (now !== second) count = 0
    second = now
    if (count++ >= MOST_A_SECOND || !isBearable(bytes)) return
    try {
      for (const listener of listeners) listener(bytes, from)
    } catch (error) {
      trouble(error)
    }
  })
  mdns.on('error', trouble)
  mdns.on('warning', trouble)
  if (options.asked !== undefined) mdns.on('query', (packet) => options.asked?.(packet))
  if (options.answered !== undefined) mdns.on('response', (packet, { address }) => options.answered?.(packet, address))
  const sent = (send: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      try {
        send(resolve)
      } catch (error) {
        // What cannot be written is not said; the interface may be gone.
        trouble(error)
        resolve()
      }
    })
  return {
    ask: (name) => void sent((done) => mdns.query([{ name, type: 'PTR' }], () => done())),
    say: (answers, additionals = []) =>
      sent((done) => mdns.respond({ answers: [...answers], additionals: [...additionals] }, () => done())),
    [Symbol.asyncDispose]: () => new Promise((resolve) => mdns.destroy(() => resolve())),
  }
}

/** Whether a message is worth reading: names in it are compared with each other. */
function isBearable(bytes: Uint8Array): boolean {
  if (bytes.length < HEADER_BYTES || bytes.length > MOST_BYTES) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return [4, 6, 8, 10].reduce((sum, at) => sum + view.getUint16(at), 0) <= MOST_RECORDS
}
