/** Something that was said to everybody. */
export interface Said {
  readonly nick: string
  readonly text: string
  readonly me: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The last lines of the chat, for those who come. */
export class History {
  readonly #most: number
  readonly #said: Said[] = []

  constructor(most: number) {
    this.#most = most
  }

  add(said: Said): void {
    if (this.#most === 0) return
    this.#said.push(said)
    if (this.#said.length > this.#most) this.#said.shift()
  }

  /** As the hub tells it, the oldest first. Times are UTC, as nobody knows where everybody is. */
  last(count: number = this.#most): readonly string[] {
    return this.#said.slice(-Math.max(1, count)).map(({ nick, text, me, at }) => {
      const time = new Date(at).toISOString().slice(11, 16)
      return me ? `[${time}] ** ${nick} ${text}` : `[${time}] <${nick}> ${text}`
    })
  }
}
