/** A hash under way. `digest` ends it; neither method may be called after that. */
export interface Digester<Result = Uint8Array> {
  update(bytes: Uint8Array): void
  digest(): Result
}
