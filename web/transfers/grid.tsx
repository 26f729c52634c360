/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows are placed by hand, which the elements of a table do not allow */
import type { Transfer, TransferSort, TransferWindow } from '@kith/api/transfers.ts'
import { useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDownUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useImperativeHandle, useRef, useState } from 'react'
import { t } from '../i18n/t.ts'
import { useWide } from '../shell/use-wide.ts'
import { Empty } from '../ui/empty.tsx'
import type { Visibility } from './column-menu.tsx'
import { columnDefs, features } from './columns.tsx'
import { Header } from './header.tsx'
import { CardRow, TableRow, WaitingRow } from './rows.tsx'
import type { TransfersSearch } from './search.ts'
import { windowAround } from './search.ts'
import type { Selection } from './selection.ts'
import { choose, extend, nothingChosen, toggle } from './selection.ts'
import type { TransferActions } from './use-actions.ts'
import { useGridKeys } from './use-grid-keys.ts'

export interface GridHandle {
  focus(): void
}

export interface GridProps {
  readonly ref: React.Ref<GridHandle>
  readonly window: TransferWindow | undefined
  readonly search: TransfersSearch
  readonly selection: Selection
  readonly visibility: Visibility
  readonly actions: TransferActions
  readonly onSelect: (selection: Selection) => void
  readonly onRange: (range: { readonly from: number; readonly count: number }) => void
  readonly onSort: (sort: TransferSort) => void
  readonly onOpen: (id: string) => void
  readonly onClose: () => void
}

const rowPixels = { table: 40, card: 84 } as const
const noRows: Transfer[] = []

/** The list as a grid: a table where there is room, cards on a phone. Only the rows on screen exist. */
export function Grid(props: GridProps): ReactNode {
  const { window: shown, search, selection, actions } = props
  const isWide = useWide()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  /** The row that gets the focus as soon as it is drawn. */
  const awaited = useRef<number>(undefined)
  const total = shown?.total ?? 0
  const height = isWide ? rowPixels.table : rowPixels.card

  // oxlint-disable-next-line react/incompatible-library -- the page is not built with the compiler of React
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 8,
  })
  useEffect(() => virtualizer.measure(), [virtualizer, height])
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  const { onRange } = props
  const { from, count } = windowAround(first, last)
  useEffect(() => onRange({ from, count }), [onRange, from, count])

  const table = useTable({
    features,
    columns: columnDefs,
    data: (shown?.rows as Transfer[] | undefined) ?? noRows,
    getRowId: ({ id }) => id,
    state: { columnVisibility: props.visibility },
  })
  const rows = table.getRowModel().rows
  const rowAt = (index: number): Transfer | undefined => shown?.rows[index - shown.from]

  const focusRow = (index: number): void => {
    const row = scroller.current?.querySelector<HTMLElement>(`[role="row"][data-index="${index}"]`)
    awaited.current = row === null || row === undefined ? index : undefined
    row?.focus({ preventScroll: true })
  }
  const move = (to: number): void => {
    const index = Math.max(0, Math.min(total - 1, to))
    setActive(index)
    virtualizer.scrollToIndex(index)
    focusRow(index)
    const row = rowAt(index)
    if (search.id !== undefined && isWide && row !== undefined) props.onOpen(row.id)
  }
  useEffect(() => {
    if (awaited.current !== undefined) focusRow(awaited.current)
  })
  useImperativeHandle(props.ref, () => ({ focus: () => focusRow(active) }))

  const pick = (row: Transfer, index: number, how: 'only' | 'toggle' | 'range'): void => {
    setActive(index)
    props.onSelect(
      how === 'only'
        ? choose(row.id, index)
        : how === 'toggle'
          ? toggle(selection, row.id, index)
          : extend({ ...selection, anchor: selection.anchor ?? active }, index, (at) => rowAt(at)?.id),
    )
  }
  useGridKeys({
    scroller,
    active,
    page: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 1),
    total,
    selection,
    rowAt,
    rows: shown?.rows ?? noRows,
    actions,
    move,
    pick,
    open: props.onOpen,
    leave() {
      if (search.id !== undefined) props.onClose()
      else props.onSelect(nothingChosen)
    },
  })

  if (shown !== undefined && total === 0) return <NoRows isFiltered={isFiltered(search)} />
  const minWidth = isWide ? 100 + table.getTotalSize() : undefined
  return (
    <div ref={scroller} className="min-h-0 grow overflow-auto border-t border-line bg-card">
      <div
        role="grid"
        aria-label={t('nav.transfers')}
        aria-rowcount={total + 1}
        aria-multiselectable
        aria-busy={shown === undefined}
        className="relative"
        style={{ minWidth }}
      >
        {isWide ? <Header table={table} search={search} onSort={props.onSort} /> : null}
        <div role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {items.map(({ index, start }) => {
            const row = rowAt(index)
            const place = { top: start, height }
            if (row === undefined) return <WaitingRow key={index} index={index} style={place} />
            const common = {
              row,
              index,
              style: place,
              isActive: index === active,
              isChosen: selection.ids.has(row.id),
              isOpen: row.id === search.id,
              actions,
              onPick: pick,
              onOpen: props.onOpen,
            }
            return isWide ? (
              <TableRow key={row.id} {...common} cells={rows[index - shown!.from]!.getVisibleCells()} />
            ) : (
              <CardRow key={row.id} {...common} />
            )
          })}
        </div>
      </div>
    </div>
  )
}

function isFiltered({ filter, state, label, network }: TransfersSearch): boolean {
  return [filter, state, label, network].some((one) => one !== undefined)
}

function NoRows({ isFiltered }: { readonly isFiltered: boolean }): ReactNode {
  return (
    <div className="min-h-0 grow overflow-y-auto border-t border-line">
      <Empty
        icon={<ArrowDownUp size={36} aria-hidden />}
        title={isFiltered ? t('transfers.noneMatch') : t('transfers.none')}
      >
        {isFiltered ? null : t('transfers.noneHint')}
      </Empty>
    </div>
  )
}
