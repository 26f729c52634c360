import type { Fault } from '../fault/fault.ts'
import type { Value } from '../value/value.ts'

/** What a printer says of itself (RFC 8011). */
export interface Printer {
  readonly id: string
  readonly name: string
  readonly model: string
  /** Where it stands, in the words of its owner. */
  readonly location: string
  /** `away`: nobody answers there. */
  readonly state: 'idle' | 'printing' | 'stopped' | 'away'
  /** Keywords of `printer-state-reasons`, such as `media-empty-error`; none when all is well. */
  readonly reasons: readonly string[]
  readonly color: boolean
  readonly duplex: boolean
  /** Media types that it prints. */
  readonly formats: readonly string[]
}

/** A printer of this machine, or of the network around it. */
export interface OwnPrinter extends Printer {
  /** Found in the system's own list, announced on the local network, or added by its address. */
  readonly from: 'system' | 'network' | 'address'
  readonly uri: string
  /** Ids of the devices that may print on it; nobody else sees it. */
  readonly to: readonly string[]
}

/** A printer of somebody else that this machine may print on. */
export interface NearbyPrinter extends Printer {
  /** Id of its owner's device. */
  readonly device: string
  /** Where programs of this machine print: only they reach it. */
  readonly uri: string
}

/** Something that is printed, by us elsewhere or by others here. */
export interface PrintJob {
  readonly id: string
  readonly name: string
  /** Who prints, as their program says. */
  readonly user: string
  /** Name of the printer. */
  readonly printer: string
  readonly way: 'from here' | 'for others'
  /** Id of the device at the other end; undefined where we print on a printer of our own. */
  readonly device: string | undefined
  readonly state: 'sending' | 'waiting' | 'printing' | 'stopped' | 'done' | 'cancelled' | 'failed'
  /** Bytes that have gone to the printer. */
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly fault?: Fault
}

/** What is to be printed. */
export interface Document {
  readonly name: string
  /** A media type. */
  readonly format: string
  readonly bytes: AsyncGenerator<Uint8Array, void>
}

export interface PrintOptions {
  readonly copies?: number
  readonly sides?: 'one' | 'both'
}

/** Printers between devices: offered by grant, printed on through a printer of this machine. */
export interface Printers {
  readonly own: Value<readonly OwnPrinter[]>
  readonly nearby: Value<readonly NearbyPrinter[]>
  /** The newest first. */
  readonly jobs: Value<readonly PrintJob[]>
  /** Looks again what there is, here and nearby; resolves when it is known. */
  refresh(signal?: AbortSignal): Promise<void>
  /** Adds a printer that nothing announces. @throws FaultError `input`, `gone`, `peer` */
  add(uri: string): Promise<OwnPrinter>
  /** Forgets a printer that was added. @throws FaultError `input` */
  remove(id: string): Promise<void>
  /** Says anew who may print; jobs of who may not any more are cancelled. @throws FaultError `input` */
  grant(id: string, to: readonly string[]): Promise<OwnPrinter>
  /**
   * Prints on a printer of our own, or nearby. Resolves when the printer has taken the document, or takes its time for
   * it; either way the bytes are read to their end, or left.
   * @throws FaultError `input`, `gone`, `unavailable`, `peer`
   */
  print(printer: string, document: Document, options: PrintOptions): Promise<PrintJob>
  /** @throws FaultError `input`, `gone`, `unavailable` */
  cancel(job: string): Promise<void>
}
