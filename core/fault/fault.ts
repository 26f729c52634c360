/**
 * What went wrong, as data (design 8). A fault names its kind (who has to act), a stable code that
 * `docs/faults.md` explains, and what was being done.
 *
 * - `peer`: the other side broke the protocol: blame it
 * - `gone`: the connection ended: back off
 * - `unavailable`: busy, queued, not found: try again at `retryAt`
 * - `local`: this machine is the problem (disk full, port taken): tell the user, with a `hint`
 * - `input`: the caller asked nonsense
 */
export type FaultKind = 'peer' | 'gone' | 'unavailable' | 'local' | 'input'

export interface Fault {
  readonly kind: FaultKind
  /** Stable and searchable, `area/what`, for example `bittorrent/metainfo-piece-length`. */
  readonly code: string
  /** One sentence for a person. */
  readonly message: string
  /** What was being done, for example `write the file`. */
  readonly doing?: string
  /** What the user can do about it. */
  readonly hint?: string
  /** Milliseconds since the epoch, for `unavailable`. */
  readonly retryAt?: number
  readonly cause?: unknown
}

/** The only thing that code of ours throws on purpose. */
export class FaultError extends Error {
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.message, fault.cause === undefined ? undefined : { cause: fault.cause })
    this.name = 'FaultError'
    this.fault = fault
  }
}

export type FaultDetails = Omit<Fault, 'kind' | 'code' | 'message'>

/** Shorthand: `throw fail('input', 'link/unknown', 'No network knows this link')`. */
export function fail(kind: FaultKind, code: string, message: string, details: FaultDetails = {}): FaultError {
  return new FaultError({ kind, code, message, ...details })
}

/** The fault inside anything that was caught; what is not a fault is a bug and is reported as one. */
export function faultOf(error: unknown, doing?: string): Fault {
  if (error instanceof FaultError) return error.fault
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'local', code: 'kith/bug', message, cause: error, ...(doing === undefined ? {} : { doing }) }
}

/** For the end of an exhaustive switch. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
