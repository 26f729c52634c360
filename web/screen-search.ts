import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { BrowseSearch } from './screens/browse/search.ts'
import type { FindSearch } from './screens/find/search.ts'
import type { KeeperSearch } from './screens/keeper/search.ts'
import type { LibrarySearch } from './screens/library/search.ts'
import type { LogSearch } from './screens/log/search.ts'
import type { TalkSearch } from './screens/talk/search.ts'
import type { TreeSearch } from './screens/tree/search.ts'
import type { TransfersSearch } from './transfers/search.ts'

export interface FilterSearch {
  readonly filter?: string
}

/** What of each screen stands in the address; the routes check it when it is read. */
export interface ScreenSearch {
  readonly '/find': FindSearch
  readonly '/browse': BrowseSearch
  readonly '/transfers': TransfersSearch
  readonly '/library': LibrarySearch
  readonly '/talk': TalkSearch
  readonly '/nearby/folders': TreeSearch
  readonly '/networks/keeper': KeeperSearch
  readonly '/settings': FilterSearch
  readonly '/log': LogSearch
}

/** The router's own types would have to know every route; the pairs of path and search are checked here instead. */
type Navigate = (to: { readonly to: string; readonly search: unknown; readonly replace: boolean }) => Promise<void>

export type ChangeSearch<Search> = (change: (before: Search) => Search, options?: { readonly replace: boolean }) => void

/** The state of a screen that stands in the address, and a way to change it. */
export function useScreenSearch<Path extends keyof ScreenSearch>(
  path: Path,
): readonly [ScreenSearch[Path], ChangeSearch<ScreenSearch[Path]>] {
  const search = useSearch({ from: path }) as ScreenSearch[Path]
  const navigate = useNavigate() as Navigate
  const change = useCallback<ChangeSearch<ScreenSearch[Path]>>(
    (change, { replace } = { replace: true }) => void navigate({ to: path, search: change, replace }),
    [navigate, path],
  )
  return [search, change]
}

export function filterSearch({ filter }: Readonly<Record<string, unknown>>): FilterSearch {
  return typeof filter === 'string' && filter !== '' ? { filter: filter.slice(0, 200) } : {}
}
