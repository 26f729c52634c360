/** How much of something is under way, and when nothing is any more. */
export class UnderWay {
  #count = 0
  #rested: PromiseWithResolvers<void> | undefined

  begin(): void {
    this.#count++
  }

  end(): void {
    if (--this.#count > 0) return
    this.#rested?.resolve()
    this.#rested = undefined
  }

  /** Resolves when nothing is under way. */
  async rested(): Promise<void> {
    if (this.#count > 0) await (this.#rested ??= Promise.withResolvers<void>()).promise
  }
}
