import type { Subject } from '@kith/core/transfer/subject.ts'

/** More than ever deceive us about one torrent, and few enough to remember; the oldest are forgotten. */
const most = 1_000

/** Peers of one torrent that are let in no more, by their keys: for bad bytes, or for a wrong description. */
export class Bans {
  readonly #subject: Subject
  readonly #deceivers = new Set<string>()

  constructor(subject: Subject) {
    this.#subject = subject
  }

  /** It deceived us about the description. */
  add(key: string): void {
    this.#deceivers.add(key)
    if (this.#deceivers.size > most) for (const oldest of this.#deceivers) return void this.#deceivers.delete(oldest)
  }

  has(key: string): boolean {
    return this.#deceivers.has(key) || this.#subject.banned(`bittorrent/${key}`)
  }
}
