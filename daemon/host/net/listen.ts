import { createServer, type Socket } from 'node:net'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Listener } from '@kith/core/network/net.ts'
import { adopt } from './adopt.ts'
import { plainAddress } from './address.ts'
import { bindServer } from './bind.ts'
import { TcpConnection, type TcpWorld } from './tcp.ts'

/**
 * Listens until disposed; connections that were accepted live on. Each is charged to `budget` at first, and refused
 * where that has no seat left.
 * @throws FaultError `local` `net/port-taken`, `net/forbidden`, `net/no-such-address`
 */
export async function listenTcp(
  world: TcpWorld,
  options: { readonly port: number; readonly host?: string | undefined; readonly budget: Budget },
  accept: (connection: TcpConnection, direct: boolean) => void,
): Promise<Listener> {
  const { port, host, budget } = options
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true })
  server.on('connection', (accepted: Socket) => {
    // Gone again before we saw it.
    if (accepted.remoteAddress === undefined) return void accepted.destroy()
    const remote = { host: plainAddress(accepted.remoteAddress), port: accepted.remotePort ?? 0 }
    const local = { host: plainAddress(accepted.localAddress ?? ''), port: accepted.localPort ?? 0 }
    const seat = (world.isLocal(remote.host) ? budget.local : budget).seats.take()
    if (seat === undefined) return void accepted.destroy()
    const connection = new TcpConnection(world, { remote, incoming: true, budget, seat })
    const { socket, direct } = adopt(accepted, connection.onread)
    connection.attach(socket, local, direct)
    accept(connection, direct)
  })
  const local = await bindServer(server, port, host)
  server.on('error', (error) => world.log.warn('a connection could not be accepted', { error: String(error), port }))
  return {
    local,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
