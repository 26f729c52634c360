import { fail, faultOf } from '@kith/core/fault/fault.ts'
import { concat } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Listener, ListenOptions } from '@kith/core/network/net.ts'
import { listenTcp } from './listen.ts'
import type { IdentitySource } from './identity.ts'
import type { TcpConnection, TcpWorld } from './tcp.ts'
import { secureAccepted } from './tls.ts'
import { looksLikeTls, MOST_HEAD_BYTES, readClientHello } from '@kith/wire/tls/client-hello.ts'

/** Enough to tell any two protocols apart: the longest greeting, BitTorrent's, has 20 fixed bytes of 68. */
export const HEAD_BYTES = 64
/** Who connects has something to say; ten seconds are a very slow line. */
export const HEAD_MS = 10_000
/** Connections that have not said yet what they are; the oldest goes when there are more. */
export const MOST_UNKNOWN = 256

/** A network that listens here. */
interface Guest {
  readonly budget: Budget
  readonly identity: IdentitySource
  readonly wants: Pick<ListenOptions, 'recognise' | 'accept' | 'tls' | 'silenceMs'>
}

interface Unknown {
  readonly connection: TcpConnection
  head: Uint8Array<ArrayBuffer>
  /** Who is asked inside TLS; undefined outside. */
  inside: readonly Guest[] | undefined
  /** Ends a greeting of TLS that takes too long. */
  readonly late: AbortController
  /** Runs until somebody who begins himself may take it. */
  silence: Disposable | undefined
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
    const unknown: Unknown = {
      connection,
      head: new Uint8Array(),
      inside: undefined,
      late: new AbortController(),
      silence: undefined,
    }
    if (this.#asked(unknown)) return
    const timer = this.#world.clock.after(HEAD_MS, () => this.#turnAway(unknown, 'It did not say what it wants'))
    this.#unknown.set(unknown, timer)
    if (this.#unknown.size > MOST_UNKNOWN) {
      const oldest = this.#unknown.keys().next().value
      if (oldest !== undefined) this.#turnAway(oldest, 'Too many others wait')
    }
    this.#hear(unknown)
  }

  #hear(unknown: Unknown): void {
    this.#listenToSilence(unknown)
    unknown.connection.open({
      receive: (bytes) => {
        unknown.silence?.[Symbol.dispose]()
        unknown.head = concat([unknown.head, bytes])
        if (this.#asked(unknown)) this.#forget(unknown)
      },
      ended: () => this.#forget(unknown),
    })
  }

  #listenToSilence(unknown: Unknown): void {
    let first: Guest | undefined
    for (const guest of this.#asks(unknown)) {
      const { silenceMs } = guest.wants
      if (silenceMs !== undefined && silenceMs < (first?.wants.silenceMs ?? HEAD_MS)) first = guest
    }
    if (first === undefined || unknown.head.length > 0) return
    const guest = first
    unknown.silence = this.#world.clock.after(guest.wants.silenceMs!, () => {
      this.#forget(unknown)
      this.#hand(unknown, guest)
    })
  }

  /** True when somebody took it, or nobody ever will. */
  #asked(unknown: Unknown): boolean {
    const { head, inside } = unknown
    const secretive = inside === undefined && looksLikeTls(head) === true ? this.#inTls() : []
    if (secretive.length > 0) return this.#greeted(unknown, secretive)
    let open = false
    for (const guest of this.#asks(unknown)) {
      const verdict = guest.wants.recognise(head)
      if (verdict === true) {
        this.#hand(unknown, guest)
        return true
      }
      open ||= verdict === undefined
    }
    // What begins like TLS may still begin with the next byte.
    if (head.length === 0 && inside === undefined) open ||= this.#inTls().length > 0
    if (open && head.length < HEAD_BYTES) return false
    this.#turnAway(unknown, 'No network knows how it begins')
    return true
  }

  /** Who may take it; not those who have left while TLS was settled. */
  #asks({ inside }: Unknown): readonly Guest[] {
    return inside?.filter((guest) => this.#guests.has(guest)) ?? this.#outside()
  }

  #outside(): readonly Guest[] {
    return [...this.#guests].filter(({ wants }) => wants.tls?.plain !== false)
  }

  #inTls(): readonly Guest[] {
    return [...this.#guests].filter(({ wants }) => wants.tls !== undefined)
  }

  /** Answers the greeting of TLS once it is whole, and then hears what is inside. Returns as `#asked` does. */
  #greeted(unknown: Unknown, secretive: readonly Guest[]): boolean {
    const hello = attempt(() => readClientHello(unknown.head))
    if (hello.ok && hello.value === undefined && unknown.head.length < MOST_HEAD_BYTES) return false
    const inside = hello.ok && hello.value !== undefined ? addressed(secretive, hello.value.alpn) : []
    const [first] = inside
    if (first === undefined) {
      this.#turnAway(unknown, 'No network speaks what it wants inside TLS')
      return true
    }
    const { head } = unknown
    unknown.head = new Uint8Array()
    unknown.inside = inside
    void secureAccepted(unknown.connection, first.identity(), first.wants.tls!, head, unknown.late.signal).then(
      () => {
        if (this.#asked(unknown)) this.#forget(unknown)
        else this.#hear(unknown)
      },
      (error: unknown) => {
        this.#world.log.debug('a greeting of TLS failed', { error: String(error) })
        this.#forget(unknown)
        unknown.connection.close(faultOf(error))
      },
    )
    return false
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
    const unrecognised = fail('peer', 'net/unrecognised', message)
    unknown.late.abort(unrecognised)
    unknown.connection.close(unrecognised.fault)
  }

  #forget(unknown: Unknown): void {
    unknown.silence?.[Symbol.dispose]()
    this.#unknown.get(unknown)?.[Symbol.dispose]()
    this.#unknown.delete(unknown)
  }
}

/** Who can answer a client that offers these protocols; those who name none take what nobody else does. */
function addressed(guests: readonly Guest[], offered: readonly string[]): readonly Guest[] {
  const named = guests.filter(({ wants }) => wants.tls?.alpn?.some((protocol) => offered.includes(protocol)))
  return named.length > 0 ? named : guests.filter(({ wants }) => wants.tls?.alpn === undefined)
}
