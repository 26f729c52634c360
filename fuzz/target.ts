/** A decoder under fire. `run` may return whatever it likes; it throws only when there is a bug. */
export interface FuzzTarget {
  readonly name: string
  /** Inputs that the mutations start from: valid ones, and those that broke something once. */
  readonly seeds: readonly Uint8Array[]
  run(input: Uint8Array): void
}
