import type { Digest } from '../content/digest.ts'
import type { Wish } from '../transfer/wish.ts'
import type { Value } from '../value/value.ts'
import type { Endpoint } from './net.ts'

/** A machine of somebody near, or of ourselves. */
export interface Device {
  /** Fingerprint of its certificate, in hex: the same as long as it keeps its key. */
  readonly id: string
  /** What it calls itself; where others are called so too, with the beginning of its id behind. */
  readonly name: string
  /** Speaks another program's protocol: it takes and sends files, and is not paired. */
  readonly kind?: 'localsend'
  /** `pairing` while two people compare digits. Strangers see our name and nothing more. */
  readonly standing: 'stranger' | 'pairing' | 'paired'
  /** Six digits that have to be the same on both sides. */
  readonly digits?: string
  /** Who has said yes already. */
  readonly yes?: 'here' | 'there'
  /** Whether it can be reached now, as far as we know. */
  readonly near: boolean
  /** Reached through another device, which passes on what it cannot read. */
  readonly relayed: boolean
  readonly addresses: readonly Endpoint[]
}

/** Machines that share with each other, and how two of them come to trust each other. */
export interface Devices {
  readonly all: Value<readonly Device[]>
  /** Looks who is at an address, for what discovery does not reach. @throws FaultError `gone`, `peer` */
  meet(at: Endpoint): Promise<Device>
  /** Asks to pair; both sides then show digits. @throws FaultError `gone`, `input` */
  pair(id: string): Promise<void>
  /** The digits are the same. Paired when both have said so, for good or until the daemon ends. @throws FaultError `input` */
  accept(id: string, lasting: boolean): Promise<void>
  /** Ends pairing, or forgets a device that was paired. */
  forget(id: string): Promise<void>
}

/** Something that a device wants to send. */
export interface Gift {
  readonly id: string
  /** Id of the device. */
  readonly from: string
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly files: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Sending with consent. */
export interface Gifts {
  /** What waits for our yes or no. */
  readonly offered: Value<readonly Gift[]>
  /** Tells a device that it may have this. @throws FaultError `gone`, `unavailable` */
  give(wish: Wish, files: number, to: string): Promise<void>
  /** What has to be fetched where we say yes. @throws FaultError `input` */
  wish(id: string): Wish
  /** Taken, or refused: it does not wait any more. */
  over(id: string): void
}

/** A folder of what a device shares with us. */
export interface SharedListing {
  readonly folders: readonly string[]
  readonly files: readonly { readonly name: string; readonly size: number }[]
}

/** The shared folders of devices that are paired with this one, as far as these let us see. */
export interface SharedTrees {
  /** By names from the top; empty for the shared folders themselves. @throws FaultError `gone`, `peer`, `unavailable` */
  list(device: string, path: readonly string[], signal: AbortSignal): Promise<SharedListing>
  /** What fetches a file, or a folder with all that is in it. @throws FaultError `gone`, `peer`, `unavailable` */
  wish(device: string, path: readonly string[], signal: AbortSignal): Promise<Wish>
}

/** What paired devices may look at and fetch unasked. Nothing is there by itself. */
export interface Shelf {
  has(of: Digest): boolean
  /** @throws FaultError `input` when there is no room for more */
  show(of: Digest, shown: boolean): void
}
