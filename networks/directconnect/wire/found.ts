/** One answer to a question. */
export interface FoundItem {
  /** From the shared folder's name down. */
  readonly path: readonly string[]
  readonly folder: boolean
  /** Bytes; unknown for most folders. */
  readonly size: number | undefined
  readonly freeSlots: number
  readonly tth: Uint8Array | undefined
}
