import { pino } from 'pino'
import pretty from 'pino-pretty'
import type { Log } from '@kith/core/network/log.ts'
import type { Level } from './config/levels.ts'
import { levels } from './config/levels.ts'
import { plain, redacted } from './log-fields.ts'

/** What the page shows; about a megabyte. */
const ringEntries = 5_000
/** Priorities of syslog, which the journal reads from the beginning of a line (sd-daemon(3)). */
const priorities: Readonly<Record<Level, number>> = { debug: 7, info: 6, warn: 4, error: 3 }

export interface LogEntry {
  /** One more than the entry before it. */
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly level: Level
  /** The part of Kith: `bittorrent/trackers`; empty for the whole. */
  readonly name: string
  readonly sentence: string
  readonly fields: Readonly<Record<string, unknown>>
}

export interface LogLevels {
  readonly level: Level
  /** Other levels for parts, and for what is below them. */
  readonly names: ReadonlyMap<string, Level>
  readonly redact: boolean
}

export interface LogOptions extends LogLevels {
  readonly now: () => number
  readonly out: { write(text: string): unknown }
  /** - `pretty`: lines for a person, in colour
   * - `journal`: JSON after a priority, for systemd
   * - `json` */
  readonly form: 'pretty' | 'journal' | 'json'
}

/** The log of the program, and its newest entries. */
export interface ProgramLog extends Log {
  configure(levels: LogLevels): void
  /** The newest entries after `seq`, oldest first. */
  since(seq: number): readonly LogEntry[]
  watch(listener: (entry: LogEntry) => void): Disposable
}

export function openLog(options: LogOptions): ProgramLog {
  const ring: LogEntry[] = []
  const listeners = new Set<(entry: LogEntry) => void>()
  let current: LogLevels = options
  let last = 0
  const out = pino(
    {
      level: 'debug',
      base: null,
      messageKey: 'msg',
      formatters: { level: (level) => ({ level }) },
      timestamp: false,
    },
    destination(options),
  )

  function wanted(name: string, level: Level): boolean {
    let threshold = current.level
    let longest = -1
    for (const [part, own] of current.names) {
      const holds = name === part || name.startsWith(`${part}/`)
      if (holds && part.length > longest) [threshold, longest] = [own, part.length]
    }
    return levels.indexOf(level) >= levels.indexOf(threshold)
  }

  function tell(name: string, level: Level, sentence: string, given: Readonly<Record<string, unknown>> = {}): void {
    if (!wanted(name, level)) return
    const simple = plain(given)
    const fields = current.redact ? redacted(simple) : simple
    const entry: LogEntry = { seq: ++last, at: options.now(), level, name, sentence, fields }
    ring[(entry.seq - 1) % ringEntries] = entry
    out[level]({ time: new Date(entry.at).toISOString(), ...(name === '' ? {} : { name }), ...fields }, sentence)
    for (const listener of listeners) listener(entry)
  }

  function named(name: string): Log {
    return {
      debug: (sentence, fields) => tell(name, 'debug', sentence, fields),
      info: (sentence, fields) => tell(name, 'info', sentence, fields),
      warn: (sentence, fields) => tell(name, 'warn', sentence, fields),
      error: (sentence, fields) => tell(name, 'error', sentence, fields),
      child: (child) => named(name === '' ? child : `${name}/${child}`),
    }
  }

  return {
    ...named(''),
    configure(next) {
      current = next
    },
    since(seq) {
      const entries: LogEntry[] = []
      for (let next = Math.max(seq, last - ringEntries); next < last; next++) entries.push(ring[next % ringEntries]!)
      return entries
    },
    watch(listener) {
      const own = (entry: LogEntry): void => listener(entry)
      listeners.add(own)
      return { [Symbol.dispose]: () => void listeners.delete(own) }
    },
  }
}

function destination({ form, out }: LogOptions): { write(line: string): void } {
  switch (form) {
    case 'json':
      return { write: (line) => void out.write(line) }
    case 'journal':
      return {
        write(line) {
          const level = /^\{"level":"(\w+)"/.exec(line)?.[1] as Level | undefined
          out.write(`<${priorities[level ?? 'info']}>${line}`)
        },
      }
    case 'pretty': {
      const print = pretty.prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' })
      return { write: (line) => void out.write(print(JSON.parse(line))) }
    }
  }
}
