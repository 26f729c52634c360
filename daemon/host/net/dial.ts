import { isIP, Socket } from 'node:net'
import { fail } from '@kith/core/fault/fault.ts'
import { endpointText, type ConnectOptions, type Endpoint } from '@kith/core/network/net.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import { isLoopback, plainAddress } from './address.ts'
import { netFailure } from './faults.ts'
import { TcpConnection, type TcpWorld } from './tcp.ts'

/** Peers that take longer are seldom worth waiting for; the system itself would wait two minutes. */
export const TIMEOUT_MS = 15_000

/** The address to dial from: what is bound, except towards this machine itself. */
function from(bind: string | undefined, to: Endpoint): string | undefined {
  if (bind === undefined || isLoopback(to.host)) return undefined
  if (isIP(bind) === isIP(to.host)) return bind
  throw fail('gone', 'net/unreachable', 'That address is of another kind than the one that Kith is bound to', {
    doing: `connect to ${endpointText(to)}`,
  })
}

/**
 * Waits for a seat, then connects. The time limit begins with the dial.
 * @throws FaultError `gone`, `local`, or `input` `net/address` for what is no address
 */
export async function dial(
  world: TcpWorld,
  to: Endpoint,
  options: ConnectOptions & { readonly budget: Budget },
  bind?: string,
): Promise<TcpConnection> {
  const { budget, signal, timeoutMs = TIMEOUT_MS, localPort } = options
  const doing = `connect to ${endpointText(to)}`
  if (isIP(to.host) === 0 || !Number.isInteger(to.port) || to.port < 1 || to.port > 65_535) {
    throw fail('input', 'net/address', 'That is not an address and a port', { doing })
  }
  // The system shares a port among sockets that are bound to it before they dial, and Node binds those with an address.
  const localAddress = from(bind, to) ?? (localPort === undefined ? undefined : isIP(to.host) === 6 ? '::' : '0.0.0.0')
  const seat = await (world.isLocal(to.host) ? budget.local : budget).seats.wait(signal)
  if (signal?.aborted) {
    seat[Symbol.dispose]()
    throw signal.reason
  }
  return new Promise((resolve, reject) => {
    const connection = new TcpConnection(world, { remote: to, incoming: false, budget, seat })
    const socket = new Socket({
      allowHalfOpen: true,
      noDelay: true,
      onread: connection.onread,
    })
    // Nothing is read before there is a receiver.
    socket.pause()
    const timer = world.clock.after(timeoutMs, () =>
      give(fail('gone', 'net/timeout', 'Nobody answered in time', { doing })),
    )
    const abort = (): void => give(signal?.reason as Error)
    const refused = (error: unknown): void => give(netFailure(error, doing))

    function settle(): void {
      timer[Symbol.dispose]()
      signal?.removeEventListener('abort', abort)
      socket.off('error', refused)
    }
    function give(reason: Error): void {
      settle()
      // A socket that is given up may still say why it failed.
      socket.on('error', () => {})
      socket.destroy()
      seat[Symbol.dispose]()
      reject(reason)
    }

    socket.on('error', refused)
    socket.once('connect', () => {
      const local = { host: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 }
      // TCP lets a socket that dials a free port of its own machine meet itself.
      if (local.port === to.port && local.host === to.host) {
        return give(fail('gone', 'net/refused', 'Nobody listens at that address', { doing }))
      }
      settle()
      connection.attach(socket, local, true)
      resolve(connection)
    })
    signal?.addEventListener('abort', abort, { once: true })
    try {
      const own = { ...(localAddress === undefined ? {} : { localAddress }), ...(localPort ? { localPort } : {}) }
      socket.connect({ host: to.host, port: to.port, ...own })
    } catch (error) {
      refused(error)
    }
  })
}
