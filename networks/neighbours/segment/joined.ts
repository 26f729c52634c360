import { fail, type Fault, faultOf } from '@kith/core/fault/fault.ts'
import { sleep } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Tap } from '@kith/core/network/taps.ts'
import type { JoinedSegment, Segment } from '@kith/core/offer/segments.ts'
import type { Lines } from '../lines.ts'
import { type KeptPath, keepPath } from '../play/kept-path.ts'
import {
  addressesIn,
  addressIn,
  addressV6In,
  decodePlan,
  macIn,
  MTU,
  PREFIX,
  PREFIX_V6,
  samePrefix,
  type SegmentPlan,
  withPrefixes,
} from '../wire/segments.ts'
import { arrived, cable, LONGEST_SEGMENTED } from './cable.ts'
import { isFrom, mayEnter } from './filter.ts'
import { isTaken, OWNER } from './owned.ts'

const FIRST_PLAN_MS = 20_000
/** Longer than the addresses of this machine are kept: until then one that we ourselves have just put away may still be among them. */
const PUT_AWAY_MS = 500

/** Where a member gets its cable from. */
export interface JoinFacts extends Segment {
  readonly owner: string
  readonly target: string
}

/** Who is told of a member. */
export interface MemberOwner {
  changed(): void
  /** The owner of the network says that it has ended, or that this machine may not be there any more. */
  over?(): void
}

/** What else is set up with the device, and goes before it does. */
export type Outfit = (device: string, router: string, routerV6: string | undefined) => Promise<AsyncDisposable>

/** A virtual network of somebody else, with a device on this machine. */
export class MemberSegment implements AsyncDisposable {
  readonly facts: JoinFacts
  readonly #host: Host
  readonly #self: string
  readonly #owner: MemberOwner
  readonly #outfit: Outfit | undefined
  readonly #path: KeptPath
  readonly #first = Promise.withResolvers<void>()
  #plan: SegmentPlan | undefined
  #tap: Tap | undefined
  #worn: AsyncDisposable | undefined
  #fault: Fault | undefined
  #opening: Promise<void> = Promise.resolve()
  /** Somebody is told how joining goes. */
  #joining = false
  readonly #stop = new AbortController()

  constructor(host: Host, lines: Lines, self: string, facts: JoinFacts, owner: MemberOwner, outfit?: Outfit) {
    this.#host = host
    this.#self = self
    this.facts = facts
    this.#owner = owner
    this.#outfit = outfit
    this.#first.promise.catch(() => {})
    this.#path = keepPath(
      host,
      lines,
      { device: facts.owner, target: facts.target },
      {
        datagram: (bytes) => this.#came(bytes),
        said: (bytes) => this.#planned(decodePlan(bytes)),
        opened() {},
        changed: () => owner.changed(),
        notThere: () => this.#ended(),
      },
    )
  }

  get device(): string {
    return this.#tap?.name ?? ''
  }

  /** Whether this machine has an address of IPv6 there. */
  get v6(): boolean {
    return this.#tap?.v6 === true
  }

  get mode(): KeptPath['mode'] {
    return this.#path.mode
  }

  /** Resolves once the device is there. @throws FaultError `local`, `unavailable` */
  async ready(): Promise<void> {
    using _timer = this.#host.clock.after(FIRST_PLAN_MS, () =>
      this.#first.reject(fail('unavailable', 'neighbours/no-plan', 'The device does not let this one in now')),
    )
    this.#joining = true
    await this.#first.promise.finally(() => (this.#joining = false))
  }

  #ended(): void {
    if (!this.#joining) return this.#owner.over?.()
    this.#first.reject(fail('unavailable', 'neighbours/not-there', 'The device does not have that'))
  }

  #planned(plan: SegmentPlan): void {
    const before = this.#plan
    this.#plan = plan
    this.#owner.changed()
    const places = before?.host === plan.host && before.network.join('.') === plan.network.join('.')
    const same = places && samePrefix(before.prefix, plan.prefix)
    if (same && this.#tap !== undefined) return
    this.#opening = this.#opening.then(() => this.#open(plan))
  }

  async #open(plan: SegmentPlan): Promise<void> {
    if (this.#stop.signal.aborted || this.#plan !== plan) return
    const { network, host, prefix } = plan
    try {
      await this.#putAway()
      if (isTaken(this.#host.net, network)) await sleep(this.#host.clock, PUT_AWAY_MS, this.#stop.signal)
      if (isTaken(this.#host.net, network)) {
        throw fail(
          'local',
          'neighbours/addresses-taken',
          'This machine is in a network of the same addresses already',
          {
            hint: 'Ask the owner of the virtual network to make it anew',
          },
        )
      }
      const port = cable((bytes) => this.#path.send(bytes))
      this.#tap = await this.#host.taps.open({
        mac: macIn(network, host),
        address: addressIn(network, host),
        prefix: PREFIX,
        ...(prefix === undefined ? {} : { v6: { address: addressV6In(prefix, host), prefix: PREFIX_V6 } }),
        mtu: MTU,
        longest: LONGEST_SEGMENTED,
        receive: (frame) => {
          if (isFrom(frame.bytes, network, host, prefix)) port.send(frame)
        },
        rested: () => port.flush(),
      })
      const routerV6 = prefix === undefined || !this.#tap.v6 ? undefined : addressV6In(prefix, OWNER)
      this.#worn = await this.#outfit?.(this.#tap.name, addressIn(network, OWNER), routerV6)
      this.#fault = undefined
      this.#first.resolve()
    } catch (error) {
      this.#fault = faultOf(error)
      this.#first.reject(error)
    }
    this.#owner.changed()
  }

  async #putAway(): Promise<void> {
    const [worn, tap] = [this.#worn, this.#tap]
    this.#worn = this.#tap = undefined
    await worn?.[Symbol.asyncDispose]()
    await tap?.[Symbol.asyncDispose]()
  }

  #came(bytes: Uint8Array): void {
    const plan = this.#plan
    const tap = this.#tap
    if (plan === undefined || tap === undefined) return
    const { network, host, prefix } = plan
    for (const frame of arrived(bytes)) if (mayEnter(frame.bytes, network, host, prefix)) tap.send(frame)
  }

  shown(): JoinedSegment {
    const { id, title, owner } = this.facts
    const plan = this.#plan
    const members = plan?.members ?? []
    return {
      id,
      title,
      owner,
      own: false,
      ...(plan === undefined
        ? { address: '' }
        : withPrefixes(addressesIn(plan.network, plan.prefix, plan.host), this.#tap?.v6 === true)),
      device: this.device,
      to: [],
      members: members.map(({ device, host, here }) => ({
        device,
        ...addressesIn(plan!.network, plan!.prefix, host),
        // All frames go by the owner.
        path: device === this.#self ? 'self' : here ? this.mode : 'away',
      })),
      ...(this.#fault === undefined ? {} : { fault: this.#fault }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(fail('gone', 'neighbours/leaving', 'The virtual network is left'))
    this.#path[Symbol.dispose]()
    await this.#opening
    await this.#putAway()
  }
}
