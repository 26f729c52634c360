import { isAlgorithm } from '@kith/core/content/digest.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import { digest } from '@kith/core/content/digest.ts'
import type { Medium, Query } from '@kith/core/search/query.ts'

/** Longer than anything people type. */
const mostParts = 32

/** What is looked for in the library. All parts have to hold. */
export interface LibraryQuery {
  /** Words; one that ends with `*` stands for all that begin like it. */
  readonly words: readonly string[]
  readonly phrases: readonly string[]
  readonly without: readonly string[]
  readonly medium?: Medium
  /** What the name may end with, without the dot, in small letters; any of them. */
  readonly extensions?: readonly string[]
  /** Bytes. */
  readonly minimumSize?: number
  readonly maximumSize?: number
  /** Milliseconds since the epoch, of the last change. */
  readonly after?: number
  readonly before?: number
  readonly digest?: Digest
}

const media: readonly string[] = ['audio', 'video', 'image', 'document', 'archive', 'program', 'folder']
const scales: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/**
 * Reads what a person typed: words, `begin*`, `"a phrase"`, `-without`, `type:audio`, `size:>10M`, `size:<2G`,
 * `after:2026-01-31`, `before:2026`, and a digest such as `tth:…` in hexadecimal. What looks like one of these but makes
 * no sense is taken as words.
 */
export function parseQuery(text: string): LibraryQuery {
  const words: string[] = []
  const phrases: string[] = []
  const without: string[] = []
  let rest: Partial<LibraryQuery> = {}
  const parts = text.slice(0, 1000).match(/-?"[^"]*"?|\S+/g) ?? []
  for (const part of parts.slice(0, mostParts)) {
    const quoted = /^(-?)"([^"]*)"?$/.exec(part)
    const option = quoted === null ? optionOf(part) : undefined
    if (quoted !== null) (quoted[1] === '-' ? without : phrases).push(quoted[2]!)
    else if (option !== undefined) rest = { ...rest, ...option }
    else if (part.startsWith('-') && part.length > 1) without.push(part.slice(1))
    else words.push(part)
  }
  return { words, phrases, without, ...rest }
}

function optionOf(part: string): Partial<LibraryQuery> | undefined {
  const [, name = '', value = ''] = /^(\w+):(.+)$/.exec(part) ?? []
  switch (name.toLowerCase()) {
    case 'type':
      return media.includes(value.toLowerCase()) ? { medium: value.toLowerCase() as Medium } : undefined
    case 'size': {
      const [, sign, number, scale = ''] = /^([<>])=?(\d+(?:\.\d+)?)([kmgt]?)(?:i?b)?$/i.exec(value) ?? []
      if (number === undefined) return undefined
      const bytes = Number(number) * scales[scale.toLowerCase()]!
      return sign === '>' ? { minimumSize: bytes } : { maximumSize: bytes }
    }
    case 'after':
    case 'before': {
      const at = /^\d{4}(-\d\d(-\d\d)?)?$/.test(value) ? Date.parse(value) : Number.NaN
      if (Number.isNaN(at)) return undefined
      return name.toLowerCase() === 'after' ? { after: at } : { before: at }
    }
    default: {
      if (!isAlgorithm(name.toLowerCase())) return undefined
      try {
        return { digest: digest(`${name.toLowerCase()}:${value}`) }
      } catch {
        return undefined
      }
    }
  }
}

/** A search of somebody else: what has to occur, at the beginning of words. */
export function ofQuery(query: Query): LibraryQuery {
  const { phrases = [], without = [], medium, extensions, minimumSize, maximumSize, digest: named } = query
  return {
    words: query.words.map((word) => `${word}*`),
    phrases,
    without,
    ...(medium === undefined ? {} : { medium }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(minimumSize === undefined ? {} : { minimumSize }),
    ...(maximumSize === undefined ? {} : { maximumSize }),
    ...(named === undefined ? {} : { digest: named }),
  }
}

/** The expression of the full-text index, in two: what has to match, and what must not. Undefined where all do. */
export function matchOf({ words, phrases, without, medium, extensions }: LibraryQuery): {
  readonly wanted: string | undefined
  readonly unwanted: string | undefined
} {
  const wanted = [
    ...words.flatMap((word) => term(word.replace(/\*+$/, ''), word.endsWith('*'))),
    ...phrases.flatMap((phrase) => term(phrase, false)),
  ].map((one) => `path : ${one}`)
  if (medium !== undefined) wanted.push(`medium : "${medium}"`)
  // Others may have it within their names; the end of the name decides.
  const endings = (extensions ?? []).flatMap((one) => term(one, false))
  if (endings.length > 0) wanted.push(`(path : (${endings.join(' OR ')}))`)
  const unwanted = without
    .flatMap((one) => term(one.replace(/\*+$/, ''), one.endsWith('*')))
    .map((one) => `path : ${one}`)
  return {
    wanted: wanted.length === 0 ? undefined : wanted.join(' AND '),
    unwanted: unwanted.length === 0 ? undefined : unwanted.join(' OR '),
  }
}

/** Within quotes everything is text; what holds no letter or digit matches nothing and says nothing. */
function term(text: string, prefix: boolean): readonly string[] {
  if (!/[\p{L}\p{N}]/u.test(text)) return []
  return [`"${text.replaceAll('"', ' ').replaceAll('\0', ' ')}"${prefix ? ' *' : ''}`]
}
