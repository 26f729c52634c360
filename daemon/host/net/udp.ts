import { createSocket, type Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import { endpointText, type DatagramOptions, type Datagrams } from '@kith/core/network/net.ts'
import { mappedAddress, plainAddress } from './address.ts'
import { lacksFamily } from './bind.ts'
import { netFailure } from './faults.ts'
import type { TcpWorld } from './tcp.ts'

/** The most that IPv4 carries in one datagram. */
export const LONGEST_DATAGRAM = 65_507
/** Datagrams may be lost, so what the system does not take in time is dropped instead of kept. */
export const MOST_WAITING_BYTES: number = 1024 * 1024

type World = Pick<TcpWorld, 'clock' | 'log' | 'isLocal'>

/** Numeric addresses need no lookup. */
function same(host: string, _options: unknown, callback: (error: null, address: string, family: number) => void): void {
  callback(null, host, isIP(host))
}

function bound(family: 4 | 6, only: boolean, port: number, host: string, shared = false): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const type = family === 4 ? 'udp4' : 'udp6'
    const socket = createSocket({ type, ipv6Only: only, lookup: same, reuseAddr: shared })
    socket.once('error', (error) => {
      socket.close()
      reject(error)
    })
    socket.bind({ port, address: host }, () => {
      socket.removeAllListeners('error')
      resolve(socket)
    })
  })
}

/** Joins groups on every network that has them, and lets what we send to everybody stay on this machine. */
function hear(socket: Socket, { groups = [], toEverybodyHere = false }: DatagramOptions): void {
  for (const group of groups) {
    try {
      socket.addMembership(group)
    } catch {
      // A machine without a network has its loopback still.
      socket.addMembership(group, '127.0.0.1')
    }
  }
  if (!toEverybodyHere) return
  socket.setBroadcast(true)
  socket.setMulticastTTL(0)
  socket.setMulticastLoopback(true)
}

/** As much as the system allows; less means that more is lost. */
function roomFor(socket: Socket, bytes: number, log: World['log']): void {
  try {
    socket.setRecvBufferSize(bytes)
  } catch (error) {
    log.debug('a datagram socket has little room', { error: String(error) })
  }
}

/** A socket for both kinds of addresses where the system has them, unless host or family say which. */
async function open(options: DatagramOptions, bind: string | undefined): Promise<{ socket: Socket; mapped: boolean }> {
  const port = options.port ?? 0
  const host = options.host ?? bind
  const family = options.family ?? (host === undefined ? undefined : isIP(host))
  if (family === 4) {
    const socket = await bound(4, false, port, host ?? '0.0.0.0', options.groups !== undefined)
    hear(socket, options)
    return { socket, mapped: false }
  }
  if (family === 6) return { socket: await bound(6, true, port, host ?? '::'), mapped: false }
  try {
    return { socket: await bound(6, false, port, '::'), mapped: true }
  } catch (error) {
    if (!lacksFamily(error)) throw error
    return { socket: await bound(4, false, port, '0.0.0.0'), mapped: false }
  }
}

/**
 * A UDP socket. Datagrams are counted on the budget, never delayed: a limit that they use up is made good by the
 * streams.
 * @throws FaultError `local` `net/port-taken`, `net/forbidden`, `net/no-such-address`
 */
export async function openDatagrams(
  world: World,
  options: DatagramOptions,
  budget: Budget,
  bind?: string,
): Promise<Datagrams> {
  const { clock, log } = world
  const { socket, mapped } = await open(options, bind).catch((error: unknown) => {
    throw netFailure(error, `listen on port ${options.port ?? 0}`)
  })
  if (options.room !== undefined) roomFor(socket, options.room, log)
  const address = socket.address()
  const family = address.family === 'IPv4' ? 4 : 6
  let waiting = 0
  let closed = false

  const charged = (host: string): Budget => (world.isLocal(host) ? budget.local : budget)

  socket.on('message', (message, from) => {
    const host = plainAddress(from.address)
    charged(host).spend('down', message.length, clock.now())
    try {
      options.receive({ host, port: from.port }, new Uint8Array(message.buffer, message.byteOffset, message.length))
    } catch (error) {
      log.error('a receiver of datagrams failed', { error, from: endpointText({ host, port: from.port }) })
    }
  })
  socket.on('error', (error) => log.warn('a datagram socket had trouble', { error: String(error) }))

  return {
    local: { host: address.address, port: address.port },
    send(to, bytes) {
      if (bytes.length > LONGEST_DATAGRAM) {
        throw fail('input', 'net/datagram-too-long', `A datagram holds at most ${LONGEST_DATAGRAM} bytes`)
      }
      const kind = isIP(to.host)
      if (closed || waiting + bytes.length > MOST_WAITING_BYTES) return
      if (!(to.port >= 1 && to.port <= 65_535) || (kind !== family && !(mapped && kind === 4))) return
      waiting += bytes.length
      charged(to.host).spend('up', bytes.length, clock.now())
      socket.send(bytes, to.port, mapped ? mappedAddress(to.host) : to.host, (error) => {
        waiting -= bytes.length
        if (error) log.debug('a datagram was not sent', { to: endpointText(to), error: error.message })
      })
    },
    [Symbol.asyncDispose]() {
      if (closed) return Promise.resolve()
      closed = true
      return new Promise((resolve) => socket.close(() => resolve()))
    },
  }
}
