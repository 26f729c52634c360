/** What we remember of a peer's honesty within one transfer. */
interface Record {
  /** Bad ranges that it had a part in, less the good ones it delivered alone since. */
  suspicion: number
  banned: boolean
}

/**
 * Finds out who sent bad bytes. Whoever filled a bad range alone is guilty. When several had a part, all of them are
 * on parole: from then on each fetches its ranges alone, so that the next bad one has a single author; a good range
 * delivered alone lifts a parole.
 */
export class Blame {
  readonly #records = new Map<string, Record>()

  /** `authors` are peer keys. Returns those found guilty. */
  bad(authors: ReadonlySet<string>): readonly string[] {
    const guilty: string[] = []
    for (const key of authors) {
      const record = this.#records.get(key) ?? { suspicion: 0, banned: false }
      this.#records.set(key, record)
      record.suspicion++
      if (authors.size > 1) continue
      record.banned = true
      guilty.push(key)
    }
    return guilty
  }

  good(authors: ReadonlySet<string>): void {
    if (authors.size !== 1) return
    for (const key of authors) {
      const record = this.#records.get(key)
      if (record !== undefined && record.suspicion > 0) record.suspicion--
    }
  }

  onParole(key: string): boolean {
    const record = this.#records.get(key)
    return record !== undefined && !record.banned && record.suspicion > 0
  }

  banned(key: string): boolean {
    return this.#records.get(key)?.banned ?? false
  }

  *bans(): Generator<string> {
    for (const [key, record] of this.#records) if (record.banned) yield key
  }
}
