import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { DatagramOptions, Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { attempt } from '@kith/wire/fault.ts'
import {
  askAddress,
  askMapping,
  type Mapped,
  NAT_PMP_PORT,
  type NatPmpAnswer,
  parseNatPmp,
} from '@kith/wire/nat-pmp.ts'

/** RFC 6886 3.1: again after 250 ms, doubled each time; a router of the same network that has not answered by then does not. */
const FIRST_AGAIN_MS = 250
const TRIES = 4

/** Asks one router by NAT-PMP. */
export class NatPmp {
  readonly #clock: Clock
  readonly #router: string
  readonly #open: (options: DatagramOptions) => Promise<Datagrams>

  constructor(clock: Clock, router: string, open: (options: DatagramOptions) => Promise<Datagrams>) {
    this.#clock = clock
    this.#router = router
    this.#open = open
  }

  /** @throws FaultError `unavailable` `net/no-router`, `net/not-mapped` */
  async map(port: number, lifetime: number, signal: AbortSignal): Promise<Endpoint> {
    const address = await this.#ask(askAddress(), 'address', signal)
    const tcp = await this.#ask(askMapping('tcp', port, port, lifetime), 'tcp', signal)
    await this.#ask(askMapping('udp', port, port, lifetime), 'udp', signal)
    if (address.kind !== 'address' || tcp.kind !== 'tcp') throw refusal('its answers do not fit together')
    return { host: address.host, port: tcp.external }
  }

  async unmap(port: number, signal: AbortSignal): Promise<void> {
    for (const kind of ['tcp', 'udp'] as const) await this.#ask(askMapping(kind, port, 0, 0), kind, signal)
  }

  async #ask(question: Uint8Array, what: 'address' | Mapped, signal: AbortSignal): Promise<NatPmpAnswer> {
    const answered = Promise.withResolvers<NatPmpAnswer>()
    await using socket = await this.#open({
      family: 4,
      receive: ({ host }, bytes) => {
        if (host !== this.#router) return
        const read = attempt(() => parseNatPmp(bytes))
        if (!read.ok) return
        const { value } = read
        if (value.kind === 'refused' && value.what === what) answered.reject(refusal(value.reason))
        else if (value.kind === what) answered.resolve(value)
      },
    })
    const abort = (): void => answered.reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    let timer: Disposable | undefined
    const send = (tries: number, ms: number): void => {
      if (tries === 0) return answered.reject(noRouter())
      socket.send({ host: this.#router, port: NAT_PMP_PORT }, question)
      timer = this.#clock.after(ms, () => send(tries - 1, ms * 2))
    }
    send(TRIES, FIRST_AGAIN_MS)
    try {
      return await answered.promise
    } finally {
      timer?.[Symbol.dispose]()
      signal.removeEventListener('abort', abort)
    }
  }
}

export function noRouter(): Error {
  return fail('unavailable', 'net/no-router', 'No router here opens ports when it is asked', {
    hint: 'Switch on UPnP or NAT-PMP in the router, or forward the port there by hand.',
  })
}

export function refusal(reason: string): Error {
  return fail('unavailable', 'net/not-mapped', `The router does not open the port: ${reason}`, {
    hint: 'Forward the port in the router by hand.',
  })
}
