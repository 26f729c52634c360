import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** What Node keeps inside a socket and does not document; touched in this file only. */
interface Insides {
  _handle: { readonly useUserBuffer?: unknown; readonly fd?: unknown } | null
  /** What `onread` leaves in a socket, by the names of its symbols: the memory in use, what gives it, who is called. */
  [inside: symbol]: unknown
  _server: unknown
  server: unknown
}

/**
 * Gives an accepted socket the reused read buffer that Node offers to connecting sockets only. The handle moves to a
 * new socket that does not read yet. Where Node has no such handle the accepted socket comes back as it was, with
 * `direct` false: it is then read through 'data' events, which cost about twice as much.
 */
export function adopt(accepted: Socket, onread: OnReadOpts): { readonly socket: Socket; readonly direct: boolean } {
  const old = accepted as unknown as Insides
  const handle = old._handle
  if (typeof handle?.useUserBuffer !== 'function') return { socket: accepted, direct: false }
  const options = { handle, onread, allowHalfOpen: true, pauseOnCreate: true }
  const socket = new Socket(options as unknown as SocketConstructorOpts)
  const inside = socket as unknown as Insides
  // The server counts its connections by the sockets that close.
  inside._server = old._server
  inside.server = old.server
  old._server = null
  old._handle = null
  return { socket, direct: true }
}

/** The system's number of a socket; undefined for what is none, or where it has none. */
export function descriptorOf(socket: Duplex): number | undefined {
  if (!(socket instanceof Socket) || socket instanceof TLSSocket) return undefined
  const fd = (socket as unknown as Insides)._handle?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : undefined
}

/**
 * Gives the same to the inside of TLS, where Node makes a new piece of memory for each record of 16 KiB: the collection
 * of those costs more than to decrypt them. Nothing may wait in the socket. False where Node does not have it: then it is
 * read through 'data' events as before.
 */
export function readInside(socket: Duplex, { buffer, callback }: OnReadOpts & { buffer: () => Uint8Array }): boolean {
  if (!(socket instanceof TLSSocket)) return false
  const inside = socket as unknown as Insides
  const handle = inside._handle as { useUserBuffer?(bytes: Uint8Array): void } | null
  const symbols = Object.getOwnPropertySymbols(socket)
  const [memory, next, took] = ['kBuffer', 'kBufferGen', 'kBufferCb'].map((name) =>
    symbols.find(({ description }) => description === name),
  )
  if (typeof handle?.useUserBuffer !== 'function' || memory === undefined) return false
  if (next === undefined || took === undefined) return false
  const first = buffer()
  inside[memory] = first
  inside[next] = buffer
  inside[took] = callback
  handle.useUserBuffer(first)
  return true
}
