import type { SearchRequest } from '@kith/api/find.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Query } from '@kith/core/search/query.ts'
import type { LibraryQuery } from '../library/query.ts'
import { parseQuery } from '../library/query.ts'

/** A question, as our library and as networks are asked it. */
export interface Question {
  /** As it was asked. */
  readonly request: SearchRequest
  readonly text: string
  readonly library: LibraryQuery
  readonly query: Query
  /** Parts that answers of networks do not say anything about. */
  readonly ignored: readonly string[]
  /** Only these; all without it. */
  readonly networks?: readonly string[]
}

/** Reads what was asked for. @throws FaultError `input` `find/empty` */
export function questionOf(request: SearchRequest): Question {
  const { query: text, medium, minimumSize, maximumSize, networks } = request
  const { words, phrases, without, digest, extensions, after, before, ...typed } = parseQuery(text)
  const plain = words.map((word) => word.replace(/\*+$/, '')).filter((word) => word !== '')
  const said = phrases.filter((phrase) => phrase.trim() !== '')
  if (plain.length + said.length === 0 && digest === undefined) {
    throw fail('input', 'find/empty', 'There is no word to look for', { hint: 'Say at least one word of the name.' })
  }
  const what = medium ?? typed.medium
  const smallest = minimumSize ?? typed.minimumSize
  const largest = maximumSize ?? typed.maximumSize
  const query: Query = {
    words: plain,
    ...(said.length === 0 ? {} : { phrases: said }),
    ...(without.length === 0 ? {} : { without }),
    ...(what === undefined ? {} : { medium: what }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(smallest === undefined ? {} : { minimumSize: smallest }),
    ...(largest === undefined ? {} : { maximumSize: largest }),
    ...(digest === undefined ? {} : { digest }),
  }
  const dates = { ...(after === undefined ? {} : { after }), ...(before === undefined ? {} : { before }) }
  return {
    request,
    text,
    query,
    library: { phrases: said, without, ...query, ...dates, words: plain.map((word) => `${word}*`) },
    ignored: after === undefined && before === undefined ? [] : ['date'],
    ...(networks === undefined ? {} : { networks }),
  }
}
