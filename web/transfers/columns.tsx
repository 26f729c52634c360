import type { Transfer, TransferSort } from '@kith/api/transfers.ts'
import { columnSizingFeature, columnVisibilityFeature, createColumnHelper, tableFeatures } from '@tanstack/react-table'
import type { ColumnDef } from '@tanstack/react-table'
import type { ReactNode } from 'react'
import { ago, duration, percent, rate, ratio, size } from '../format.ts'
import type { TextKey } from '../i18n/t.ts'
import { t } from '../i18n/t.ts'
import { NetworkBadge, Tag } from '../ui/badge.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'

export interface Features {
  readonly columnVisibilityFeature: typeof columnVisibilityFeature
  readonly columnSizingFeature: typeof columnSizingFeature
}

export const features: Features = tableFeatures({ columnVisibilityFeature, columnSizingFeature })

export interface Column {
  readonly id: string
  readonly title: TextKey
  readonly sort?: TransferSort
  readonly isNumber?: boolean
  /** Pixels; the name takes what is left. */
  readonly width: number
  readonly isHidden?: boolean
  readonly cell: (row: Transfer) => ReactNode
}

export const columns: readonly Column[] = [
  {
    id: 'name',
    title: 'column.name',
    sort: 'name',
    width: 240,
    cell: (row) => (
      <span className="flex min-w-0 items-center gap-2">
        {row.networks.map((id) => (
          <NetworkBadge key={id} id={id} />
        ))}
        <span className="truncate" title={row.name}>
          {row.name}
        </span>
        {row.label === undefined ? null : <Tag>{row.label}</Tag>}
      </span>
    ),
  },
  { id: 'state', title: 'column.state', sort: 'state', width: 104, cell: (row) => <StateWord row={row} /> },
  { id: 'size', title: 'column.size', sort: 'size', isNumber: true, width: 84, cell: ({ size: bytes }) => size(bytes) },
  {
    id: 'progress',
    title: 'column.progress',
    sort: 'progress',
    width: 128,
    cell: (row) => (
      <span className="flex items-center gap-2">
        <ProgressBar share={row.progress} state={row.state} />
        <span className="w-12 shrink-0 text-right text-xs" data-testid="progress">
          {percent(row.progress)}
        </span>
      </span>
    ),
  },
  {
    id: 'downRate',
    title: 'column.down',
    sort: 'downRate',
    isNumber: true,
    width: 92,
    cell: ({ downRate }) => rate(downRate),
  },
  { id: 'upRate', title: 'column.up', sort: 'upRate', isNumber: true, width: 92, cell: ({ upRate }) => rate(upRate) },
  { id: 'eta', title: 'column.eta', sort: 'eta', isNumber: true, width: 84, cell: ({ eta }) => duration(eta) },
  {
    id: 'peers',
    title: 'column.sources',
    isNumber: true,
    width: 76,
    cell: ({ sources, peers }) => (peers === 0 ? '' : t('column.sourcesOf', { sources, peers })),
  },
  { id: 'ratio', title: 'column.ratio', sort: 'ratio', isNumber: true, width: 64, cell: (row) => ratio(row.ratio) },
  {
    id: 'up',
    title: 'column.given',
    isNumber: true,
    width: 84,
    isHidden: true,
    cell: ({ up }) => (up === 0 ? '' : size(up)),
  },
  {
    id: 'addedAt',
    title: 'column.added',
    sort: 'addedAt',
    isNumber: true,
    width: 120,
    isHidden: true,
    cell: ({ addedAt }) => ago(addedAt, Date.now()),
  },
  {
    id: 'completedAt',
    title: 'column.completed',
    sort: 'completedAt',
    isNumber: true,
    width: 120,
    isHidden: true,
    cell: ({ completedAt }) => (completedAt === undefined ? '' : ago(completedAt, Date.now())),
  },
]

const helper = createColumnHelper<Features, Transfer>()

export const columnDefs: ColumnDef<Features, Transfer>[] = columns.map(({ id, title, width, cell }) =>
  helper.display({ id, header: t(title), size: width, cell: ({ row }) => cell(row.original) }),
)

/** The state in a word, in the colour of trouble where there is some. */
export function StateWord({ row }: { readonly row: Transfer }): ReactNode {
  const tone = row.state === 'trouble' ? 'text-bad' : row.state === 'paused' || row.state === 'done' ? 'text-muted' : ''
  return (
    <span className={`block truncate ${tone}`} title={row.fault?.message}>
      {t(`state.${row.state}`)}
    </span>
  )
}

/** What a card says below the name: how much is there, and what moves. */
export function cardLine(row: Transfer): string {
  const parts = [
    row.size === undefined
      ? ''
      : row.progress === 1
        ? size(row.size)
        : t('transfers.hadOf', { had: size(row.had), size: size(row.wanted ?? row.size) }),
    row.downRate >= 1 ? `↓ ${rate(row.downRate)}` : '',
    row.upRate >= 1 ? `↑ ${rate(row.upRate)}` : '',
    row.eta === undefined ? '' : t('transfers.left', { time: duration(row.eta) }),
    row.peers === 0 ? '' : t('transfers.people', { count: row.peers }),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}
