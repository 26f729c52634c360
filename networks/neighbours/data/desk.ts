import { fail, type Fault } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import { STREAM_KEY_BYTES } from '@kith/wire/sealed/records.ts'
import { beginsAsData, type DataOffer, encodeDataOffer, PREFACE_BYTES, TICKET_BYTES, ticketOf } from '../wire/data.ts'
import { type DataLine, SealedLine } from './line.ts'

/** A ticket is good for so long. */
const TICKET_MS = 10_000
/** Tickets that are out at once; who asks for more goes on inside the channel. */
const MOST_TICKETS = 64

type World = Pick<Host, 'net' | 'clock' | 'random'>

/** A connection beside the channel that the other side has dialled. */
export interface Arrived {
  readonly connection: Connection
  readonly keys: DataOffer['keys']
  /** Ends the tunnel, and tells `ended`. */
  over(): void
}

/** What is done with one; both are told by its tunnel. */
export interface Beside {
  receive?(bytes: Uint8Array): void
  ended(fault: Fault): void
}

/** As a line in both directions. */
export function lineBeside(given: (line: DataLine) => void): (arrived: Arrived) => Beside {
  return ({ connection, keys, over }) => {
    const line = new SealedLine(
      connection,
      { keys: { send: keys.answer, receive: keys.ask }, head: PREFACE_BYTES },
      over,
    )
    given(line)
    return { ended: (fault) => line.close(fault) }
  }
}

/**
 * Offers data connections: beside the channel, for bytes in bulk. HTTP/2 and TLS of Node cost several times as much for
 * each byte as reading it from the disk does; beside them a byte is sealed once, in long records. The keys are agreed
 * inside the channel, so nobody but the two who have proved there who they are can read or make what travels beside it.
 *
 * ```
 *  who asks                                                     who answers
 *     │ POST /data/ID?beside, a tunnel in the channel ────────────► │
 *     │ ◄──────────────────────────── ticket, keys (and port) ───── │   the tunnel stays: its end is the end of both
 *     │ dials: magic, ticket, then all is sealed ─────────────────► │
 * ```
 */
export class DataDesk implements AsyncDisposable {
  readonly #world: World
  readonly #tickets = new Map<string, (connection: Connection) => void>()
  readonly #resources = new AsyncDisposableStack()
  /** What is said of our port; undefined before we listen. */
  #at: Pick<DataOffer, 'port'> | undefined

  constructor(world: World) {
    this.#world = world
  }

  /** @param channelPort where channels are heard @throws FaultError `local` */
  async listen(channelPort: number): Promise<void> {
    const listener = await this.#world.net.listen({
      recognise: beginsAsData,
      accept: (connection, head) => this.#arrived(connection, head),
    })
    this.#resources.use(listener)
    const { port } = listener.local
    // Whoever reached the channel's port reaches it again, whatever a router calls it outside.
    this.#at = port === channelPort ? {} : { port }
  }

  /** Whether one can be offered to who asks from `remote`, which is nowhere for those whom others pass on. */
  can({ host }: Endpoint): boolean {
    return this.#at !== undefined && host !== '' && this.#tickets.size < MOST_TICKETS
  }

  /** Offers one in a tunnel; `arrived` gets it when the other side has dialled. */
  offer(tunnel: Connection, arrived: (one: Arrived) => Beside): void {
    const { random, clock } = this.#world
    const ticket = random.bytes(TICKET_BYTES)
    const keys = { ask: random.bytes(STREAM_KEY_BYTES), answer: random.bytes(STREAM_KEY_BYTES) }
    const name = ticket.toHex()
    let beside: Beside | undefined
    const over = (): void => {
      late[Symbol.dispose]()
      this.#tickets.delete(name)
      beside?.ended(fail('gone', 'neighbours/data-ended', 'The channel beside a data connection has ended').fault)
      tunnel.close()
    }
    const late = clock.after(TICKET_MS, over)
    this.#tickets.set(name, (connection) => {
      this.#tickets.delete(name)
      late[Symbol.dispose]()
      beside = arrived({ connection, keys, over })
      tunnel.resume()
    })
    tunnel.open({ receive: (bytes) => beside?.receive?.(bytes), ended: over })
    // What is said here may overtake the connection that it is about.
    tunnel.pause()
    tunnel.send(encodeDataOffer({ ticket, keys, ...this.#at }))
  }

  #arrived(connection: Connection, head: Uint8Array): void {
    const take = this.#tickets.get(ticketOf(head).toHex())
    if (take !== undefined) return take(connection)
    connection.close(fail('peer', 'neighbours/data-ticket', 'A data connection came with no ticket of ours').fault)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#at = undefined
    await this.#resources[Symbol.asyncDispose]()
  }
}
