import type { TransferQuery, TransferSort, TransferState } from '@kith/api/transfers.ts'
import { transferSorts, transferStates } from '@kith/api/transfers.ts'

export const detailTabs = ['overview', 'files', 'sources', 'activity'] as const
export type DetailTab = (typeof detailTabs)[number]

/** What of the Transfers screen stands in the address. */
export interface TransfersSearch {
  readonly filter?: string
  readonly state?: TransferState | 'active'
  readonly label?: string
  readonly network?: string
  readonly sort?: TransferSort
  readonly descending?: boolean
  /** The transfer whose details are open. */
  readonly id?: string
  readonly tab?: DetailTab
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function transfersSearch(given: Readonly<Record<string, unknown>>): TransfersSearch {
  const { filter, state, label, network, sort, descending, id, tab } = given
  return {
    ...(isText(filter, 200) && { filter }),
    ...(isOneOf([...transferStates, 'active'] as const, state) && { state }),
    ...(isText(label, 100) && { label }),
    ...(isText(network, 40) && { network }),
    ...(isOneOf(transferSorts, sort) && { sort }),
    ...(typeof descending === 'boolean' && { descending }),
    ...(isText(id, 100) && { id }),
    ...(isOneOf(detailTabs, tab) && { tab }),
  }
}

/** What of it the daemon is asked for. */
export function queryOf(search: TransfersSearch): TransferQuery {
  const { id: _id, tab: _tab, ...query } = search
  return query
}

/** Another column sorts from its useful end; the same one turns around. */
export function sorted(search: TransfersSearch, sort: TransferSort): TransfersSearch {
  const now = search.sort ?? 'addedAt'
  const descending = search.descending ?? search.sort === undefined
  return {
    ...search,
    sort,
    descending: sort === now ? !descending : sort !== 'name' && sort !== 'eta' && sort !== 'state',
  }
}

/** A window of whole blocks around the rows on screen, so that small movements ask for nothing new. */
export function windowAround(
  first: number,
  last: number,
  block = 50,
): { readonly from: number; readonly count: number } {
  const from = Math.max(0, Math.floor((first - block / 5) / block) * block)
  const end = Math.ceil((last + 1 + block / 5) / block) * block
  return { from, count: Math.min(1000, end - from) }
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest
}

function isOneOf<const Choice extends string>(choices: readonly Choice[], value: unknown): value is Choice {
  return typeof value === 'string' && (choices as readonly string[]).includes(value)
}
