import type { ReactNode } from 'react'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useScreenSearch } from '../screen-search.ts'
import { Details } from '../details/details.tsx'
import { t } from '../i18n/t.ts'
import { useLiveWindow } from '../live/use-live.ts'
import { Screen } from '../shell/screen.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { ColumnMenu, useColumnVisibility } from './column-menu.tsx'
import { Filters } from './filters.tsx'
import type { GridHandle } from './grid.tsx'
import { Grid } from './grid.tsx'
import type { TransfersSearch } from './search.ts'
import { queryOf, sorted } from './search.ts'
import { nothingChosen } from './selection.ts'
import { useTransferActions } from './use-actions.ts'

/** The list of all transfers, of which only the rows on screen are asked for, and the details of one. */
export function TransfersScreen(): ReactNode {
  const [search, changeSearch] = useScreenSearch('/transfers')
  const [range, setRange] = useState({ from: 0, count: 50 })
  const [selection, setSelection] = useState(nothingChosen)
  const [visibility, setVisibility] = useColumnVisibility()
  const grid = useRef<GridHandle>(null)
  const actions = useTransferActions()
  const window = useLiveWindow({ view: 'transfers', query: { ...queryOf(search), ...range } })

  const change = useCallback(
    (part: Partial<Record<keyof TransfersSearch, unknown>>, replace = true) =>
      changeSearch((before) => ({ ...before, ...part }) as TransfersSearch, { replace }),
    [changeSearch],
  )
  const openDetails = useCallback((id: string) => change({ id }, false), [change])
  const closeDetails = useCallback(() => {
    change({ id: undefined, tab: undefined }, false)
    grid.current?.focus()
  }, [change])

  const chosen = useMemo(() => window?.rows.filter(({ id }) => selection.ids.has(id)) ?? [], [window, selection])

  return (
    <Screen
      title={t('nav.transfers')}
      scrolls={false}
      actions={<ColumnMenu visibility={visibility} onChange={setVisibility} />}
    >
      <Filters
        search={search}
        window={window}
        onChange={(part) => {
          setSelection(nothingChosen)
          change(part)
        }}
        onLeave={() => grid.current?.focus()}
      />
      <BulkBar
        ids={selection.ids}
        rows={chosen}
        total={window?.total ?? 0}
        query={queryOf(search)}
        actions={actions}
        onChoose={(ids) => setSelection({ ids: new Set(ids) })}
      />
      <Grid
        ref={grid}
        window={window}
        search={search}
        selection={selection}
        visibility={visibility}
        actions={actions}
        onSelect={setSelection}
        onRange={setRange}
        onSort={(sort) => change(sorted(search, sort))}
        onOpen={openDetails}
        onClose={closeDetails}
      />
      {search.id === undefined ? null : (
        <Details
          key={search.id}
          id={search.id}
          tab={search.tab ?? 'overview'}
          actions={actions}
          onTab={(tab) => change({ tab })}
          onClose={closeDetails}
        />
      )}
    </Screen>
  )
}
