/** Something that happened and that a person may want to read. Speeds and progress are sampled, not told. */
export interface JournalEntry {
  /** One more than the entry before it, so that a reader sees when it missed one. */
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** `transfer/added`, `network/joined`, … */
  readonly type: string
  /** The transfer, network or other thing it is about. */
  readonly subject?: string
  readonly data?: Readonly<Record<string, unknown>>
}

export interface Journal {
  readonly last: number
  tell(type: string, subject?: string, data?: Readonly<Record<string, unknown>>): void
  /** Entries after `seq`; `gap` when some of them are gone. */
  since(seq: number): { readonly entries: readonly JournalEntry[]; readonly gap: boolean }
  watch(listener: (entry: JournalEntry) => void): Disposable
}

/** Keeps the newest `capacity` entries. */
export function journal(clock: { now(): number }, capacity = 10_000): Journal {
  const ring: JournalEntry[] = []
  const listeners = new Set<(entry: JournalEntry) => void>()
  let last = 0
  return {
    get last() {
      return last
    },
    tell(type, subject, data) {
      const entry: JournalEntry = {
        seq: ++last,
        at: clock.now(),
        type,
        ...(subject === undefined ? {} : { subject }),
        ...(data === undefined ? {} : { data }),
      }
      ring[(entry.seq - 1) % capacity] = entry
      for (const listener of listeners) listener(entry)
    },
    since(seq) {
      const oldest = Math.max(1, last - capacity + 1)
      const entries: JournalEntry[] = []
      for (let next = Math.max(seq + 1, oldest); next <= last; next++) entries.push(ring[(next - 1) % capacity]!)
      return { entries, gap: seq > last || seq + 1 < oldest }
    },
    watch(listener) {
      const own = (entry: JournalEntry): void => listener(entry)
      listeners.add(own)
      return { [Symbol.dispose]: () => void listeners.delete(own) }
    },
  }
}
