import { faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import { addressBytes, addressText } from '@kith/wire/ip-address.ts'
import { type Nat64Prefix, nat64Prefixes, WELL_KNOWN_NAME } from '@kith/wire/nat64.ts'

/** A network may get another translator; nobody says so. */
const AGAIN_MS = 60 * 60_000
/** A network that has just come up knows no names yet. */
const AGAIN_FAILED_MS = 60_000
/** More than a network has, which has one or two (RFC 7050 3). */
const MOST_PREFIXES = 16

/**
 * How the networks around this machine translate addresses of IPv4 to IPv6, as their name servers show it (RFC 7050): asked at
 * the first need, and again when networks come or go, or once an hour.
 */
export class Translators implements Disposable {
  readonly #host: Pick<Host, 'names' | 'net' | 'clock' | 'log'>
  readonly #stop = new AbortController()
  #known: readonly Nat64Prefix[] | undefined
  #asking: Promise<void> | undefined
  #networks = ''
  #askAt = Number.POSITIVE_INFINITY

  constructor(host: Pick<Host, 'names' | 'net' | 'clock' | 'log'>) {
    this.#host = host
  }

  /** Undefined until the first answer. */
  get known(): readonly Nat64Prefix[] | undefined {
    return this.#known
  }

  /** Resolves once something is known, or the signal ends the wait. Never throws. */
  async ready(signal?: AbortSignal): Promise<void> {
    this.look()
    if (this.#known !== undefined || signal?.aborted === true) return
    this.#asking ??= this.#ask()
    const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
    await Promise.race([this.#asking, aborted])
  }

  /** Asks again where that is due; called now and then while something is lent. */
  look(): void {
    if (this.#known === undefined || this.#asking !== undefined) return
    if (this.#host.clock.now() < this.#askAt && this.#networks === this.#around()) return
    this.#asking = this.#ask()
  }

  async #ask(): Promise<void> {
    const { names, clock, log } = this.#host
    this.#networks = this.#around()
    try {
      const found = await names.resolve(WELL_KNOWN_NAME, this.#stop.signal, true)
      const all = found.flatMap((address) => nat64Prefixes(addressBytes(address) ?? new Uint8Array()))
      const distinct = new Map(all.map((one) => [`${addressText(one.bytes)}/${one.length}`, one]))
      this.#known = [...distinct.values()].slice(0, MOST_PREFIXES)
      this.#askAt = clock.now() + AGAIN_MS
      log.debug('translators to IPv4 were looked for', { prefixes: [...distinct.keys()] })
    } catch (error) {
      // What is known goes on to be refused; where there are no names there is no translator to be found either.
      this.#known ??= []
      this.#askAt = clock.now() + AGAIN_FAILED_MS
      log.debug('translators to IPv4 could not be looked for', { fault: faultOf(error) })
    }
    this.#asking = undefined
  }

  /** The networks of IPv6 that this machine is in, but for links, which lead nowhere. */
  #around(): string {
    const networks = this.#host.net.attached().flatMap(({ host, prefix }) => {
      const bytes = addressBytes(host.replace(/%.*$/, ''))
      if (bytes?.length !== 16 || (bytes[0] === 0xfe && (bytes[1]! & 0xc0) === 0x80)) return []
      return [`${bytes.subarray(0, Math.ceil(prefix / 8)).toHex()}/${prefix}`]
    })
    return [...new Set(networks)].toSorted().join(' ')
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
  }
}
