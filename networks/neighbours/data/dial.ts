import { fail, type Fault, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Channel } from '@kith/core/network/channel.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Net } from '@kith/core/network/net.ts'
import { type DataOffer, decodeDataOffer, encodePreface, MOST_OFFER_BYTES } from '../wire/data.ts'
import { isRelayed } from '../lines.ts'
import type { BulkLine } from './bulk-take.ts'
import { type DataLine, SealedLine } from './line.ts'

/** Whoever answers in the channel answers beside it at once, or something in between lets nobody through. */
const DIAL_MS = 5_000

export interface DataWorld {
  readonly net: Net
  readonly clock: Clock
}

export interface DataWish {
  /** What the other side gives it to. */
  readonly target: string
  readonly budget: Budget
  readonly signal: AbortSignal
}

/** A connection beside the channel that was dialled; the other side's end of the tunnel is told to `ended`. */
interface Dialled {
  readonly connection: Connection
  readonly keys: DataOffer['keys']
  readonly tunnel: Connection
  ended: ((fault: Fault) => void) | undefined
}

/**
 * A data connection beside the channel. Undefined where there is none to be had: the other side is reached through another
 * device, offers none, or does not answer beside the channel.
 * @throws FaultError `gone`, `peer` when the channel is broken, or what the signal says
 */
export async function dialData(world: DataWorld, channel: Channel, wish: DataWish): Promise<DataLine | undefined> {
  const dialled = await dial(world, channel, wish, 'beside')
  if (dialled === undefined) return undefined
  const { connection, keys, tunnel } = dialled
  const line = new SealedLine(connection, { keys: { send: keys.ask, receive: keys.answer }, head: 0 }, () =>
    tunnel.close(),
  )
  dialled.ended = (fault) => line.close(fault)
  return line
}

/** The same for a thread, which only receives: questions are asked in the tunnel. Undefined, too, where no thread is free. */
export async function dialBulk(
  world: DataWorld & Pick<Host, 'carriers'>,
  channel: Channel,
  wish: DataWish,
): Promise<BulkLine | undefined> {
  if (world.carriers === undefined) return undefined
  const dialled = await dial(world, channel, wish, 'bulk')
  if (dialled === undefined) return undefined
  const { connection, keys, tunnel } = dialled
  const taking = world.carriers.take(connection, keys.answer)
  if (taking === undefined) {
    connection.close()
    tunnel.close()
    return undefined
  }
  dialled.ended = (fault) => taking.close(fault)
  return {
    unlimited: () => taking.unlimited,
    ask: (question) => tunnel.send(question),
    take: (check, runs) => taking.take(check, runs),
    close(fault) {
      taking.close(fault)
      tunnel.close()
    },
  }
}

async function dial(
  { net, clock }: DataWorld,
  channel: Channel,
  { target, budget, signal }: DataWish,
  how: 'beside' | 'bulk',
): Promise<Dialled | undefined> {
  if (isRelayed(channel)) return undefined
  const tunnel = await channel.tunnel(`${target}?${how}`, { signal }).catch((error: unknown) => {
    if (faultOf(error).code === 'channel/refused') return undefined
    throw error
  })
  if (tunnel === undefined) return undefined
  const { promise: offered, resolve: offer, reject: none } = Promise.withResolvers<Uint8Array>()
  // It may end when nobody waits any more.
  offered.catch(() => {})
  let dialled: Dialled | undefined
  let isOver = false
  const over = fail('gone', 'neighbours/data-ended', 'The channel beside a data connection has ended')
  tunnel.open({
    // An offer is short, so it comes in one piece.
    receive: (bytes) => offer(bytes.slice(0, MOST_OFFER_BYTES)),
    ended: () => {
      isOver = true
      none(over)
      dialled?.ended?.(over.fault)
    },
  })
  const late = clock.after(DIAL_MS, () => tunnel.close())
  try {
    const { ticket, keys, port } = decodeDataOffer(await offered)
    const { remote } = channel
    const to = { host: remote.host, port: port ?? remote.port }
    const connection = await net.connect(to, { budget, timeoutMs: DIAL_MS, signal })
    if (isOver) {
      connection.close()
      return undefined
    }
    connection.send(encodePreface(ticket))
    dialled = { connection, keys, tunnel, ended: undefined }
    return dialled
  } catch (error) {
    tunnel.close()
    if (signal.aborted) throw error
    return undefined
  } finally {
    late[Symbol.dispose]()
  }
}
