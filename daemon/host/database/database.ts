import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Value, WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { databaseFault } from './fault.ts'

/** Writes are collected for this long: a transaction per range that arrives would cost more than the range. */
const collectMs = 10
/** Between two of these transactions: a fast transfer would make one every few milliseconds. */
const restMs = 100
/** After a failed write, for example on a full disk. */
const retryMs = 5_000

interface Due {
  /** May be called again when the transaction failed. */
  readonly write: () => void
  readonly written: (() => void) | undefined
}

/**
 * The open database. Writes that may come late by some milliseconds go through `later`; they are done together, in
 * the order in which they were first asked for, and kept until they succeed.
 */
export class Database implements Disposable {
  readonly #sqlite: DatabaseSync
  readonly #clock: Clock
  readonly #log: Log
  readonly #statements = new Map<string, StatementSync>()
  /** Writes that are due; one with a key replaces its predecessor. */
  readonly #due = new Map<unknown, Due>()
  readonly #trouble: WritableValue<Fault | undefined> = value<Fault | undefined>(undefined)
  #timer: Disposable | undefined
  #settledAt: number = Number.NEGATIVE_INFINITY

  constructor(sqlite: DatabaseSync, options: { readonly clock: Clock; readonly log: Log }) {
    this.#sqlite = sqlite
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Why writes fail, while they do. */
  get trouble(): Value<Fault | undefined> {
    return this.#trouble
  }

  /** A prepared statement, made once. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = this.#sqlite.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }

  /** Does several writes or none of them. */
  together<T>(work: () => T): T {
    if (this.#sqlite.isTransaction) return work()
    this.#sqlite.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#sqlite.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#sqlite.isTransaction) this.#sqlite.exec('ROLLBACK')
      throw error
    }
  }

  /** Writes within some milliseconds. Of writes with the same key only the last is done, in place of the first. A
   * write that fails is done again; `written` is called once it is in the database. */
  later(key: unknown, write: () => void, written?: () => void): void {
    this.#due.set(key, { write, written })
    const restingMs = this.#settledAt + restMs - this.#clock.now()
    // A clock that was set back does not make it wait.
    this.#timer ??= this.#clock.after(Math.min(Math.max(collectMs, restingMs), restMs), () => this.settle())
  }

  /** Forgets a write that is due. */
  drop(key: unknown): void {
    this.#due.delete(key)
  }

  /** Does what is due now.
   * @throws FaultError `database/…`; what is due stays so */
  flush(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (this.#due.size === 0) return
    try {
      this.together(() => {
        for (const { write } of this.#due.values()) write()
      })
    } catch (error) {
      throw databaseFault(error, 'write the database', this.#sqlite.location() ?? 'in memory')
    }
    this.#settledAt = this.#clock.now()
    const done = [...this.#due.values()]
    this.#due.clear()
    for (const { written } of done) written?.()
    this.#trouble.set(undefined)
  }

  /** Does what is due now, or tells of the trouble and tries again later. */
  settle(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    try {
      this.flush()
    } catch (error) {
      const { fault } = error as { fault: Fault }
      if (this.#trouble.current === undefined) this.#log.error('the database cannot be written', { code: fault.code })
      this.#trouble.set(fault)
      this.#timer = this.#clock.after(retryMs, () => this.settle())
    }
  }

  /** Closes without writing what is due: it is damaged. */
  abandon(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#due.clear()
    if (this.#sqlite.isOpen) this.#sqlite.close()
  }

  /** Writes what is due and closes. */
  [Symbol.dispose](): void {
    if (!this.#sqlite.isOpen) return
    try {
      this.flush()
    } finally {
      this.#sqlite.close()
    }
  }
}
