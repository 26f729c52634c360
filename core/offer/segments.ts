import type { Fault } from '../fault/fault.ts'
import type { Value } from '../value/value.ts'

/** A machine in a virtual network. */
export interface SegmentMember {
  /** Id of its device. */
  readonly device: string
  /** Its IPv4 address there. */
  readonly address: string
  /** Its IPv6 address there, unless its owner gives none. */
  readonly addressV6?: string
  /** How frames travel to it, where it is ours to know; `away` while it is not there. */
  readonly path: 'self' | 'direct' | 'channel' | 'away'
}

/** A virtual network that we are invited to, or may see. */
export interface Segment {
  readonly id: string
  readonly title: string
}

/** A virtual network that this machine is part of, as if all were on one switch. */
export interface JoinedSegment extends Segment {
  /** Id of the device that keeps it; ours, when we made it. */
  readonly owner: string
  readonly own: boolean
  /** Our address there with the bits of the network behind it: `10.70.3.2/24`. */
  readonly address: string
  /** The same over IPv6, where this machine has it: `fd12:3456:789a:bcde::2/64`. */
  readonly addressV6?: string
  /** Name of the network device. */
  readonly device: string
  /** Those invited, where it is ours. */
  readonly to: readonly string[]
  readonly members: readonly SegmentMember[]
  /** Why it does not work now. */
  readonly fault?: Fault
}

/** Virtual networks between devices. Needs the right to make network devices. */
export interface Segments {
  readonly all: Value<readonly JoinedSegment[]>
  /** @throws FaultError `input`, `local` */
  create(title: string, to: readonly string[]): Promise<JoinedSegment>
  /** Says anew who may join; who may not any more is put out. @throws FaultError `input` */
  invite(id: string, to: readonly string[]): JoinedSegment
  /** What a device lets us join. @throws FaultError `gone`, `unavailable` */
  at(device: string, signal?: AbortSignal): Promise<readonly Segment[]>
  /** @throws FaultError `gone`, `unavailable`, `local` */
  join(device: string, segment: string): Promise<JoinedSegment>
  /** Leaves it; one of ours ends for all. @throws FaultError `input` */
  leave(id: string): Promise<void>
}
