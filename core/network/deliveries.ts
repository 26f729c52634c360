import type { Fault } from '../fault/fault.ts'
import type { Value } from '../value/value.ts'

/** A file that we send, read anew each time that it is opened. */
export interface SentFile {
  /** With the folders above it, joined by slashes. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** @throws FaultError `disk/…`, `share/changed` */
  open(): AsyncIterable<Uint8Array>
}

/** Files on their way between this machine and a device that is not paired, after a person there or here said yes. */
export interface Delivery {
  readonly id: string
  readonly way: 'in' | 'out'
  /** Id of the device; of who sends to us it may be all that he says of himself. */
  readonly device: string
  /** Name of the device. */
  readonly name: string
  /** Name of the first file. */
  readonly what: string
  readonly files: number
  /** Bytes of all files. */
  readonly size: number
  /** Bytes that are there. */
  readonly done: number
  readonly state: 'waiting' | 'going' | 'done' | 'refused' | 'cancelled' | 'failed'
  readonly fault?: Fault
  /** Where files that came are. */
  readonly paths: readonly string[]
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Sending whole files, now, to devices that speak another program's protocol, and taking them from these. */
export interface Deliveries {
  readonly all: Value<readonly Delivery[]>
  /** Asks the device, and sends when it agrees. @throws FaultError `input` for a device that there is not */
  send(device: string, files: readonly SentFile[], pin: string | undefined): Delivery
  /**
   * Lets devices fetch these files that ask for them with the PIN, until disposed; too many wrong ones end it as well.
   * @throws FaultError `unavailable` where that is not spoken now
   */
  offer(files: readonly SentFile[], pin: string): Disposable
  /** Says yes or no to what somebody wants to send here. @throws FaultError `input` */
  answer(id: string, yes: boolean): void
  /** Ends one that waits or is under way. @throws FaultError `input` */
  cancel(id: string): void
}
