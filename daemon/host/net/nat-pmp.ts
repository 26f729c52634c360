import {
  askAddress,
  askMapping,
  type Mapped,
  NAT_PMP_PORT,
  type NatPmpAnswer,
  parseNatPmp,
} from '@kith/wire/nat-pmp.ts'
import { askRouter, refusal, type RouterWorld } from './ask-router.ts'
import { LIFETIME_S, type Opened } from './door.ts'

/** RFC 6886 3.1: again after 250 ms, doubled each time; a router of the same network that has not answered by then does not. */
const FIRST_AGAIN_MS = 250
const TRIES = 4

type Given = Exclude<NatPmpAnswer, { readonly kind: 'refused' }>

/** Asks one router by NAT-PMP. */
export class NatPmp {
  readonly #world: RouterWorld
  readonly #router: string
  /** Also what was not answered: the router may have opened it. */
  readonly #asked = new Set<Mapped>()

  constructor(world: RouterWorld, router: string) {
    this.#world = world
    this.#router = router
  }

  /** @throws FaultError `unavailable` `net/no-router`, `net/not-mapped` */
  async map(port: number, signal: AbortSignal): Promise<Opened> {
    const address = await this.#ask(askAddress(), 'address', signal)
    const tcp = await this.#ask(askMapping('tcp', port, port, LIFETIME_S), 'tcp', signal)
    const udp = await this.#ask(askMapping('udp', port, port, LIFETIME_S), 'udp', signal)
    if (address.kind !== 'address' || tcp.kind !== 'tcp' || udp.kind !== 'udp') {
      throw refusal('its answers do not fit together')
    }
    return { at: { host: address.host, port: tcp.external }, lifetime: Math.min(tcp.lifetime, udp.lifetime) }
  }

  /** What was not asked for is left alone. */
  async unmap(port: number, signal: AbortSignal): Promise<void> {
    for (const kind of this.#asked) await this.#ask(askMapping(kind, port, 0, 0), kind, signal)
  }

  async #ask(bytes: Uint8Array, what: 'address' | Mapped, signal: AbortSignal): Promise<Given> {
    if (what !== 'address') this.#asked.add(what)
    const answer = await askRouter(
      this.#world,
      {
        to: { host: this.#router, port: NAT_PMP_PORT },
        bytes,
        againMs: FIRST_AGAIN_MS,
        tries: TRIES,
        read(given) {
          const read = parseNatPmp(given)
          return (read.kind === 'refused' ? read.what : read.kind) === what ? read : undefined
        },
      },
      signal,
    )
    if (answer.kind === 'refused') throw refusal(answer.reason)
    return answer
  }
}
