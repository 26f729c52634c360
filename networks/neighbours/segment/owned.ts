import { fail, type Fault, faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import type { Frame, Tap } from '@kith/core/network/taps.ts'
import type { JoinedSegment, SegmentMember } from '@kith/core/offer/segments.ts'
import { ethernet, etherType } from '@kith/wire/ethernet/offload.ts'
import { openPath, type Path } from '../play/path.ts'
import {
  addressesIn,
  addressIn,
  addressV6In,
  encodePlan,
  macIn,
  MOST_MEMBERS,
  MTU,
  PREFIX,
  PREFIX_V6,
  prefixOf,
  type SegmentPlan,
  withPrefixes,
} from '../wire/segments.ts'
import { arrived, cable, LONGEST_SEGMENTED } from './cable.ts'
import { comesFromOutside, hostOf, isUpkeep, leaves, mayEnter } from './filter.ts'
import { Switch } from './switch.ts'

/** The owner's own place. */
export const OWNER = 1

/** What is written down of a virtual network of ours. */
export interface SegmentFacts {
  readonly id: string
  readonly title: string
  readonly network: SegmentPlan['network']
  to: readonly string[]
  /** Who has which place: a member that comes back has the one that it had. */
  readonly hosts: Map<string, number>
}

/** Whether a member may send something out to the internet by this machine, or hear it; it is counted with that. */
export type Gate = (
  device: string,
  bytes: number,
  way: { readonly to: { readonly host: string; readonly port: number } } | 'down',
) => boolean

/** How its members go out to the internet by this machine, where they may. */
export interface WayOut {
  readonly gate: Gate
  readonly v6: boolean
}

interface Member {
  readonly host: number
  readonly path: Path
}

/** A virtual network of ours: the switch is here, and every member has a cable to it. */
export class OwnedSegment implements AsyncDisposable {
  readonly facts: SegmentFacts
  fault: Fault | undefined
  readonly #host: Host
  readonly #self: string
  readonly #changed: () => void
  readonly #gate: Gate | undefined
  /** Of IPv6; what is lent whole has one only where IPv6 is lent too. */
  readonly #prefix: SegmentPlan['prefix']
  readonly #switch: Switch
  readonly #members = new Map<string, Member>()
  #tap: Tap | undefined

  constructor(host: Host, self: string, facts: SegmentFacts, changed: () => void, out?: WayOut) {
    this.#host = host
    this.#self = self
    this.facts = facts
    this.#changed = changed
    this.#gate = out?.gate
    this.#prefix = out === undefined || out.v6 ? prefixOf(facts.id) : undefined
    this.#switch = new Switch(facts.network, host.clock, this.#prefix)
  }

  /** Whether no member is there now. */
  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  get device(): string {
    return this.#tap?.name ?? ''
  }

  /** Its network of IPv6, where this machine is in it: `fd12:3456:789a:bcde::/64`. */
  get networkV6(): string | undefined {
    const prefix = this.#prefix
    return prefix === undefined || this.#tap?.v6 !== true ? undefined : `${addressV6In(prefix, 0)}/${PREFIX_V6}`
  }

  /** @throws FaultError `local` `tap/…` */
  async open(): Promise<void> {
    const { network } = this.facts
    const prefix = this.#prefix
    const tap = await this.#host.taps.open({
      mac: macIn(network, OWNER),
      address: addressIn(network, OWNER),
      prefix: PREFIX,
      ...(prefix === undefined ? {} : { v6: { address: addressV6In(prefix, OWNER), prefix: PREFIX_V6 } }),
      mtu: MTU,
      longest: LONGEST_SEGMENTED,
      receive: (frame) => this.#sent(frame),
      rested: () => this.#switch.flush(),
    })
    this.#tap = tap
    this.fault = undefined
    this.#switch.attach(OWNER, {
      send: (frame) => {
        const isWelcome = this.#gate === undefined || isUpkeep(frame.bytes)
        if (isWelcome && mayEnter(frame.bytes, network, OWNER, prefix)) tap.send(frame)
      },
      flush() {},
    })
  }

  /** What this machine sends. Its router's answers go only to those that may hear them. */
  #sent(frame: Frame): void {
    const { network } = this.facts
    if (comesFromOutside(frame.bytes, network, this.#prefix)) {
      // Where IPv6 is not lent, what others say there is not passed on.
      if (this.#prefix === undefined && etherType(frame.bytes) === ethernet.ipv6) return
      const device = this.#deviceAt(hostOf(frame.bytes, network))
      if (device === undefined || this.#gate?.(device, frame.bytes.length, 'down') !== true) return
    }
    this.#switch.forward(OWNER, frame, true)
  }

  #deviceAt(host: number | undefined): string | undefined {
    for (const [device, member] of this.#members) if (member.host === host) return device
    return undefined
  }

  /** Gives a place to a member; undefined when all are taken. */
  placeOf(device: string): number | undefined {
    const { hosts } = this.facts
    const known = hosts.get(device)
    if (known !== undefined) return known
    const taken = new Set(hosts.values())
    for (let host = OWNER + 1; host <= OWNER + MOST_MEMBERS; host++) {
      if (taken.has(host)) continue
      hosts.set(device, host)
      return host
    }
    // Places are kept for those who may come back; who was put out does not.
    const left = [...hosts].find(([other]) => !this.facts.to.includes(other))
    if (left === undefined) return undefined
    hosts.delete(left[0])
    hosts.set(device, left[1])
    return left[1]
  }

  /** Attaches a member for as long as its connection lasts. */
  async attach(device: string, connection: Connection): Promise<void> {
    const host = this.placeOf(device)
    if (host === undefined || this.fault !== undefined) return connection.close()
    this.#members.get(device)?.path[Symbol.dispose]()
    const attached = new DisposableStack()
    const path = await openPath(this.#host, connection, {
      datagram: (bytes) => this.#came(device, host, bytes),
      said() {},
      changed: this.#changed,
      ended: () => {
        attached[Symbol.dispose]()
        if (this.#members.get(device)?.path === path) this.#members.delete(device)
        this.#tell()
      },
    })
    if (!this.facts.to.includes(device)) return path[Symbol.dispose]()
    // Another one of it may have come meanwhile.
    this.#members.get(device)?.path[Symbol.dispose]()
    const port = cable((bytes) => path.send(bytes))
    attached.use(this.#switch.attach(host, port))
    this.#members.set(device, { host, path })
    this.#tell()
  }

  #came(device: string, host: number, bytes: Uint8Array): void {
    const { network } = this.facts
    for (const frame of arrived(bytes)) {
      const to = leaves(frame.bytes, network, this.#prefix)
      if (to === undefined || hostOf(frame.bytes, network) !== OWNER) this.#switch.forward(host, frame)
      else if (this.#gate?.(device, frame.bytes.length, { to }) === true) this.#leave(host, frame)
    }
    this.#switch.flush()
  }

  /** Out to the internet, as if this machine were the router that it is. */
  #leave(host: number, frame: Frame): void {
    if (this.#switch.isFrom(host, frame.bytes)) this.#tap?.send(frame)
  }

  /** Who may not be there any more is put out. */
  invite(to: readonly string[]): void {
    this.facts.to = [...new Set(to)]
    for (const [device, { path }] of this.#members) if (!to.includes(device)) path[Symbol.dispose]()
  }

  #tell(): void {
    for (const { host, path } of this.#members.values()) path.say(encodePlan(this.#plan(host)))
    this.#changed()
  }

  #plan(host: number): SegmentPlan {
    const members = [...this.facts.hosts]
      .filter(([device]) => this.facts.to.includes(device))
      .map(([device, at]) => ({ device, host: at, here: this.#members.has(device) }))
    return {
      network: this.facts.network,
      ...(this.#prefix === undefined ? {} : { prefix: this.#prefix }),
      host,
      members: [{ device: this.#self, host: OWNER, here: true }, ...members],
    }
  }

  shown(): JoinedSegment {
    const { id, title, network, to, hosts } = this.facts
    const others = [...hosts].flatMap(([device, host]): readonly SegmentMember[] =>
      to.includes(device)
        ? [
            {
              device,
              ...addressesIn(network, this.#prefix, host),
              path: this.#members.get(device)?.path.mode ?? 'away',
            },
          ]
        : [],
    )
    const own = addressesIn(network, this.#prefix, OWNER)
    return {
      id,
      title,
      owner: this.#self,
      own: true,
      ...withPrefixes(own, this.#tap?.v6 === true),
      device: this.device,
      to,
      members: [{ device: this.#self, ...own, path: 'self' }, ...others],
      ...(this.fault === undefined ? {} : { fault: this.fault }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { path } of this.#members.values()) path[Symbol.dispose]()
    await this.#tap?.[Symbol.asyncDispose]()
  }
}

/** Opens one that was made before; where it cannot be, it says so until the next start. */
export async function reopen(segment: OwnedSegment): Promise<void> {
  try {
    await segment.open()
  } catch (error) {
    segment.fault = faultOf(error)
  }
}

/** A network that this machine has no part in yet. @throws FaultError `local` `neighbours/no-network` */
export function freeNetwork({ net, random }: Pick<Host, 'net' | 'random'>): SegmentPlan['network'] {
  for (let tries = 0; tries < 100; tries++) {
    const [two, three] = random.bytes(2)
    const network: SegmentPlan['network'] = [10, two!, three!]
    if (!isTaken(net, network)) return network
  }
  throw fail('local', 'neighbours/no-network', 'All private addresses are in use on this machine')
}

/** Whether this machine is part of a network that has some of these addresses. */
export function isTaken(net: Pick<Host['net'], 'attached'>, [one, two, three]: SegmentPlan['network']): boolean {
  return net.attached().some(({ host, prefix }) => {
    const other = host.split('.').map(Number)
    if (other.length !== 4) return false
    const common = Math.min(prefix, PREFIX)
    const bits = (a: number, b: number, c: number): number => ((a << 16) | (b << 8) | c) >>> 0
    const shift = 24 - common
    return bits(one, two, three) >>> shift === bits(other[0]!, other[1]!, other[2]!) >>> shift
  })
}
