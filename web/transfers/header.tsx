/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows are placed by hand, which the elements of a table do not allow */
import type { Transfer, TransferSort } from '@kith/api/transfers.ts'
import type { ReactTable } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import type { Column, Features } from './columns.tsx'
import { columns } from './columns.tsx'
import type { TransfersSearch } from './search.ts'

type TransferTable = ReactTable<Features, Transfer>

/** Columns in the order of the list, as CSS tracks; the name takes what is left. */
export function tracks(ids: readonly string[]): string {
  const widths = columns
    .filter(({ id }) => ids.includes(id))
    .map(({ id, width }) => (id === 'name' ? `minmax(${width}px, 1fr)` : `${width}px`))
  return `36px ${widths.join(' ')} 124px`
}

export interface HeaderProps {
  readonly table: TransferTable
  readonly search: TransfersSearch
  readonly onSort: (sort: TransferSort) => void
}

export function Header({ table, search, onSort }: HeaderProps): ReactNode {
  const ids = table.getVisibleLeafColumns().map(({ id }) => id)
  const sort = search.sort ?? 'addedAt'
  const isDescending = search.descending ?? search.sort === undefined
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-card">
      <div
        role="row"
        aria-rowindex={1}
        className="grid items-center text-xs text-muted"
        style={{ gridTemplateColumns: tracks(ids) }}
      >
        <div role="columnheader">
          <span className="sr-only">{t('column.choose')}</span>
        </div>
        {columns
          .filter(({ id }) => ids.includes(id))
          .map((column) => (
            <Title
              key={column.id}
              column={column}
              direction={column.sort === sort ? (isDescending ? 'descending' : 'ascending') : undefined}
              onSort={onSort}
            />
          ))}
        <div role="columnheader">
          <span className="sr-only">{t('column.actions')}</span>
        </div>
      </div>
    </div>
  )
}

function Title({
  column: { title, sort, isNumber },
  direction,
  onSort,
}: {
  readonly column: Column
  readonly direction: 'ascending' | 'descending' | undefined
  readonly onSort: (sort: TransferSort) => void
}): ReactNode {
  const side = isNumber === true ? 'justify-end' : ''
  const Arrow = direction === 'descending' ? ArrowDown : ArrowUp
  if (sort === undefined)
    return (
      <div role="columnheader" className={`flex px-2 ${side}`}>
        {t(title)}
      </div>
    )
  return (
    <div role="columnheader" aria-sort={direction ?? 'none'} className="min-w-0">
      <button
        type="button"
        onClick={() => onSort(sort)}
        className={`flex min-h-8 w-full items-center gap-1 px-2 outline-offset-[-2px] hover:text-text ${side} ${direction === undefined ? '' : 'font-semibold text-text'}`}
      >
        <span className="truncate">{t(title)}</span>
        {direction === undefined ? null : <Arrow size={12} aria-hidden className="shrink-0" />}
      </button>
    </div>
  )
}
