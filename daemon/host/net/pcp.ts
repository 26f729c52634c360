import { fail } from '@kith/core/fault/fault.ts'
import { addressBytes } from '@kith/wire/ip-address.ts'
import {
  askMap,
  hasKept,
  parsePcp,
  PCP_PORT,
  type PcpAnswer,
  type PcpEpoch,
  type PcpMapping,
  type PcpProtocol,
} from '@kith/wire/pcp.ts'
import { askRouter, refusal, type RouterWorld } from './ask-router.ts'
import { LIFETIME_S, type Opened } from './door.ts'

/**
 * RFC 6887 8.1.1 begins with three seconds; a router of the same network answers in milliseconds, and as long as it is not
 * known whether it speaks PCP at all, the other ways wait.
 */
const FIRST_AGAIN_MS = 500
const TRIES = 3

type Given = Exclude<PcpAnswer, { readonly kind: 'announce' }>

export interface PcpOptions extends RouterWorld {
  readonly router: string
  /** The address of ours that is to be reached: the router hears questions from there. */
  readonly client: string
  /** Proves to the router that a renewal comes from who asked first; kept over restarts. */
  readonly nonce: Uint8Array
  /** The router has begun anew: whatever was mapped there is gone. */
  lost(): void
}

/** Asks one router by PCP, for one address of this machine. */
export class Pcp {
  readonly #options: PcpOptions
  readonly #given = new Map<PcpProtocol, { readonly host: string; readonly external: number }>()
  /** Also what was not answered: the router may have opened it. */
  readonly #asked = new Set<PcpProtocol>()
  #epoch: PcpEpoch | undefined

  constructor(options: PcpOptions) {
    this.#options = options
  }

  /** Opens the port for TCP and UDP, or renews it. @throws FaultError `unavailable` `net/no-router`, `net/no-pcp`, `net/not-mapped` */
  async map(port: number, signal: AbortSignal): Promise<Opened> {
    const tcp = await this.#map('tcp', port, signal)
    const udp = await this.#map('udp', port, signal)
    return { at: { host: tcp.host, port: tcp.external }, lifetime: Math.min(tcp.lifetime, udp.lifetime) }
  }

  async #map(protocol: PcpProtocol, port: number, signal: AbortSignal): Promise<PcpMapping> {
    const before = this.#given.get(protocol)
    const wished = before ?? { host: this.#nowhere, external: this.#given.get('tcp')?.external ?? port }
    this.#asked.add(protocol)
    const answer = await this.#ask({ ...wished, protocol, internal: port, lifetime: LIFETIME_S }, signal)
    this.#given.set(protocol, answer)
    return answer
  }

  /** RFC 6887 15: a lifetime of 0 ends it. What was not asked for is left alone. */
  async unmap(port: number, signal: AbortSignal): Promise<void> {
    let refused: unknown
    for (const protocol of this.#asked) {
      const end = { protocol, internal: port, external: 0, host: this.#nowhere, lifetime: 0 }
      try {
        await this.#ask(end, signal)
      } catch (error) {
        refused ??= error
        if (signal.aborted) break
        // Some routers let it be renewed, but not ended: then it ends as soon as they can.
        await this.#ask({ ...end, external: port, lifetime: 1 }, signal).catch(() => {})
      }
    }
    if (refused !== undefined) throw refused
  }

  /** Whether news of the router leave it possible that it has kept what it gave; undefined when it does not tell. */
  keeps(epoch: number): boolean | undefined {
    return this.#epoch === undefined ? undefined : hasKept(this.#epoch, { epoch, at: this.#options.clock.now() })
  }

  /** No address in particular (RFC 6887 11.2). */
  get #nowhere(): string {
    return addressBytes(this.#options.client)?.length === 4 ? '0.0.0.0' : '::'
  }

  async #ask(wish: Omit<PcpMapping, 'nonce'>, signal: AbortSignal): Promise<Extract<PcpAnswer, { kind: 'map' }>> {
    const { router, client, nonce, clock } = this.#options
    const isOurs = (of: { nonce: Uint8Array; protocol: PcpProtocol; internal: number }): boolean =>
      of.protocol === wish.protocol && of.internal === wish.internal && of.nonce.toHex() === nonce.toHex()
    const answer = await askRouter<Given>(
      this.#options,
      {
        to: { host: router, port: PCP_PORT },
        from: client,
        bytes: askMap(client, { ...wish, nonce }),
        againMs: FIRST_AGAIN_MS,
        tries: TRIES,
        read(bytes) {
          const read = parsePcp(bytes)
          if (read.kind === 'announce' || (read.kind === 'map' && !isOurs(read))) return undefined
          return read.kind === 'refused' && read.of !== undefined && !isOurs(read.of) ? undefined : read
        },
      },
      signal,
    )
    if (answer.kind === 'version') {
      throw fail('unavailable', 'net/no-pcp', 'The router does not speak PCP as this machine does', {
        hint: 'Nothing: it is asked another way.',
      })
    }
    const now: PcpEpoch = { epoch: answer.epoch, at: clock.now() }
    const kept = this.#epoch === undefined || hasKept(this.#epoch, now)
    this.#epoch = now
    if (!kept) this.#options.lost()
    if (answer.kind === 'map') return answer
    throw refusal(answer.reason, answer.lifetime === 0 ? undefined : clock.now() + answer.lifetime * 1000)
  }
}
