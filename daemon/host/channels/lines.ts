import type { Duplex } from 'node:stream'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import { TcpConnection } from '../net/tcp.ts'
import type { World } from './world.ts'

/** Where a peer is that is reached through another. */
export const NOWHERE: Endpoint = { host: '', port: 0 }

/** Whether it leads to the peer already, such as a tunnel that somebody passes on. */
export function isLine(to: Endpoint | Connection): to is Connection {
  return 'send' in to
}

export function socketOf(connection: Connection): TcpConnection {
  if (!(connection instanceof TcpConnection)) throw new Error('channels run on sockets of the host')
  return connection
}

/** The socket of a connection, for HTTP/2 to take over; the connection goes on to hold its seat. */
export function insideOf(connection: Connection): Duplex {
  return socketOf(connection).unwrap(new Uint8Array())
}

/** A stream of the channel as a connection. It has the channel's seat, so none of its own. */
export function tunnelOver(
  world: World,
  stream: Duplex,
  remote: Endpoint,
  incoming: boolean,
  budget: Budget,
): Connection {
  const seat = { move() {}, [Symbol.dispose]() {} }
  const connection = new TcpConnection(world.tunnels, { remote, incoming, budget, seat })
  connection.attach(stream, { host: '', port: 0 }, false)
  return connection
}
