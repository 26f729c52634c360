import type { FoundQuery, FoundSort, MediumWord, SearchRequest } from '@kith/api/find.ts'
import { foundSorts, media } from '@kith/api/find.ts'

/** What of the Find screen stands in the address. */
export interface FindSearch {
  /** The words of the question. */
  readonly q?: string
  /** The search that was started with it; without it one is started. */
  readonly id?: string
  readonly type?: MediumWord
  /** Of what was found only this. */
  readonly medium?: string
  readonly network?: string
  readonly free?: boolean
  readonly sort?: FoundSort
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function findSearch(given: Readonly<Record<string, unknown>>): FindSearch {
  const { q, id, type, medium, network, free, sort } = given
  const kind = media.find((one) => one === type)
  const order = foundSorts.find((one) => one === sort)
  return {
    // A number is what the router makes of digits.
    ...(isText(q, 500) ? { q } : typeof q === 'number' ? { q: String(q) } : {}),
    ...(isText(id, 40) ? { id } : typeof id === 'number' ? { id: String(id) } : {}),
    ...(kind === undefined ? {} : { type: kind }),
    ...(isText(medium, 20) && { medium }),
    ...(isText(network, 40) && { network }),
    ...(free === true && { free }),
    ...(order === undefined ? {} : { sort: order }),
  }
}

/** What the daemon is asked to look for. */
export function requestOf({ q = '', type }: FindSearch): SearchRequest {
  return { query: q, ...(type === undefined ? {} : { medium: type }) }
}

/** What of it is shown. */
export function shownOf({ medium, network, free, sort }: FindSearch): FoundQuery {
  return {
    ...(medium === undefined ? {} : { medium }),
    ...(network === undefined ? {} : { network }),
    ...(free === undefined ? {} : { free }),
    ...(sort === undefined ? {} : { sort }),
  }
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest
}
