import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Listener, ListenOptions } from '@kith/core/network/net.ts'
import { listenTcp } from './listen.ts'
import type { TcpConnection, TcpWorld } from './tcp.ts'

/** Enough to tell any two protocols apart: the longest greeting, BitTorrent's, has 20 fixed bytes of 68. */
export const HEAD_BYTES = 64
/** Who connects has something to say; ten seconds are a very slow line. */
export const HEAD_MS = 10_000
/** Connections that have not said yet what they are; the oldest goes when there are more. */
export const MOST_UNKNOWN = 256

/** A network that listens here. */
interface Guest {
  readonly budget: Budget
  readonly wants: Pick<ListenOptions, 'recognise' | 'accept'>
}

interface Unknown {
  readonly connection: TcpConnection
  head: Uint8Array<ArrayBuffer>
}

/**
 * One TCP port for any number of networks. Each connection goes to the first that recognises its first bytes; before
 * any byte came they are asked with none, so that a network whose own side speaks first can say yes at once.
 */
export class SharedPort {
  readonly #world: TcpWorld
  readonly #at: { readonly port: number; readonly host: string | undefined; readonly budget: Budget }
  readonly #guests = new Set<Guest>()
  readonly #unknown = new Map<Unknown, Disposable>()
  #listener: Promise<Listener> | undefined

  constructor(world: TcpWorld, at: { port: number; host: string | undefined; budget: Budget }) {
    this.#world = world
    this.#at = at
  }

  /** Listens while there is anyone to listen for. @throws FaultError `local` */
  async join(guest: Guest): Promise<Listener> {
    this.#guests.add(guest)
    const opening = (this.#listener ??= listenTcp(this.#world, this.#at, (connection) => this.#arrived(connection)))
    try {
      const { local } = await opening
      return { local, [Symbol.asyncDispose]: () => this.#leave(guest) }
    } catch (error) {
      this.#guests.delete(guest)
      if (this.#listener === opening) this.#listener = undefined
      throw error
    }
  }

  async #leave(guest: Guest): Promise<void> {
    this.#guests.delete(guest)
    if (this.#guests.size > 0) return
    const listener = this.#listener
    this.#listener = undefined
    for (const unknown of this.#unknown.keys()) unknown.connection.close()
    await (await listener)?.[Symbol.asyncDispose]()
  }

  #arrived(connection: TcpConnection): void {
    const unknown: Unknown = { connection, head: new Uint8Array() }
    if (this.#asked(unknown)) return
    const timer = this.#world.clock.after(HEAD_MS, () => this.#turnAway(unknown, 'It did not say what it wants'))
    this.#unknown.set(unknown, timer)
    if (this.#unknown.size > MOST_UNKNOWN) {
      const oldest = this.#unknown.keys().next().value
      if (oldest !== undefined) this.#turnAway(oldest, 'Too many others wait')
    }
    connection.open({
      receive: (bytes) => {
        const head = new Uint8Array(unknown.head.length + bytes.length)
        head.set(unknown.head)
        head.set(bytes, unknown.head.length)
        unknown.head = head
        if (this.#asked(unknown)) this.#forget(unknown)
      },
      ended: () => this.#forget(unknown),
    })
  }

  /** True when somebody took it, or nobody ever will. */
  #asked(unknown: Unknown): boolean {
    const { head } = unknown
    let open = false
    for (const guest of this.#guests) {
      const verdict = guest.wants.recognise(head)
      if (verdict === true) {
        this.#hand(unknown, guest)
        return true
      }
      open ||= verdict === undefined
    }
    if (open && head.length < HEAD_BYTES) return false
    this.#turnAway(unknown, 'No network knows how it begins')
    return true
  }

  #hand({ connection, head }: Unknown, guest: Guest): void {
    connection.handBack(head)
    connection.charge(guest.budget)
    try {
      guest.wants.accept(connection, head)
    } catch (error) {
      this.#world.log.error('a network failed to accept', { error })
      connection.close(faultOf(error, 'accept a connection'))
    }
  }

  #turnAway(unknown: Unknown, message: string): void {
    this.#forget(unknown)
    unknown.connection.close(fail('peer', 'net/unrecognised', message).fault)
  }

  #forget(unknown: Unknown): void {
    this.#unknown.get(unknown)?.[Symbol.dispose]()
    this.#unknown.delete(unknown)
  }
}
