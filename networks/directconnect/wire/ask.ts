import { numberIn } from './adc-search.ts'

/** Something that one client asks another for (ADC 1.0, 6.3: `GET`). */
export interface Ask {
  /** `tthl`: a level of the Tiger tree of a file; `list`: a part of the file list. */
  readonly kind: 'file' | 'list' | 'tthl'
  /** `TTH/…`, `files.xml.bz2`, or a folder `/…/` for a list. */
  readonly name: string
  readonly start: number
  /** -1 for everything from `start` on. */
  readonly bytes: number
  /** The answer may be compressed, where the other side can. */
  readonly zlib: boolean
  /** A list with all that is below. */
  readonly recursive: boolean
}

/** The words of `GET` and `$ADCGET`; undefined when they make no sense. */
export function readAsk(words: readonly string[]): Ask | undefined {
  const [kind, name, from, length, ...flags] = words
  const start = numberIn(from)
  const bytes = length === '-1' ? -1 : numberIn(length)
  if ((kind !== 'file' && kind !== 'list' && kind !== 'tthl') || name === undefined) return undefined
  if (start === undefined || bytes === undefined) return undefined
  return { kind, name, start, bytes, zlib: flags.includes('ZL1'), recursive: flags.includes('RE1') }
}
