/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows are placed by hand, which the elements of a table do not allow */
import type { Transfer } from '@kith/api/transfers.ts'
import type { Cell } from '@tanstack/react-table'
import { flexRender } from '@tanstack/react-table'
import { Pause, Play, Trash2 } from 'lucide-react'
import type { CSSProperties, MouseEvent, ReactNode } from 'react'
import { percent } from '../format.ts'
import { t } from '../i18n/t.ts'
import { NetworkBadge, Tag } from '../ui/badge.tsx'
import { IconButton } from '../ui/button.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import type { Features } from './columns.tsx'
import { cardLine, columns, StateWord } from './columns.tsx'
import { tracks } from './header.tsx'
import { RowMenu } from './row-menu.tsx'
import type { TransferActions } from './use-actions.ts'

export interface RowProps {
  readonly row: Transfer
  readonly index: number
  readonly style: CSSProperties
  readonly isActive: boolean
  readonly isChosen: boolean
  readonly isOpen: boolean
  readonly actions: TransferActions
  readonly onPick: (row: Transfer, index: number, how: 'only' | 'toggle' | 'range') => void
  readonly onOpen: (id: string) => void
}

const numbers = new Set(columns.filter(({ isNumber }) => isNumber === true).map(({ id }) => id))

/** What both forms of a row are to the grid. */
function rowProps({ row, index, style, isActive, isChosen, isOpen, onPick, onOpen }: RowProps) {
  return {
    role: 'row',
    'aria-rowindex': index + 2,
    'aria-selected': isChosen || isOpen,
    tabIndex: isActive ? 0 : -1,
    'data-index': index,
    'data-id': row.id,
    'data-state': row.state,
    'data-testid': 'transfer-row',
    style,
    onClick(event: MouseEvent) {
      if ((event.target as Element).closest('button, input, a, label, [role^="menu"]') !== null) return
      if (event.shiftKey) onPick(row, index, 'range')
      else if (event.ctrlKey || event.metaKey) onPick(row, index, 'toggle')
      else {
        onPick(row, index, 'only')
        onOpen(row.id)
      }
    },
  } as const
}

const rowClass =
  'absolute inset-x-0 border-b border-line hover:bg-hover aria-selected:bg-chosen outline-offset-[-2px] cursor-default'

export function TableRow(props: RowProps & { readonly cells: readonly Cell<Features, Transfer>[] }): ReactNode {
  const { row, index, cells, isChosen, isActive, actions, onPick } = props
  return (
    <div
      {...rowProps(props)}
      className={`${rowClass} grid items-center text-sm`}
      style={{ ...props.style, gridTemplateColumns: tracks(cells.map(({ column }) => column.id)) }}
    >
      <div role="gridcell" className="flex justify-center">
        <Chooser row={row} isChosen={isChosen} isActive={isActive} onChange={() => onPick(row, index, 'toggle')} />
      </div>
      {cells.map((cell) => (
        <div
          key={cell.id}
          role="gridcell"
          className={`min-w-0 truncate px-2 ${numbers.has(cell.column.id) ? 'text-right' : ''}`}
        >
          {flexRender(cell.column.columnDef.cell, cell.getContext())}
        </div>
      ))}
      <div role="gridcell" className="flex justify-end pr-1">
        <PauseOrResume row={row} actions={actions} tabIndex={isActive ? 0 : -1} />
        <IconButton
          label={t('row.remove', { name: row.name })}
          icon={<Trash2 size={16} aria-hidden />}
          tabIndex={isActive ? 0 : -1}
          data-testid="action-remove"
          onClick={() => actions.remove([row])}
        />
        <RowMenu row={row} actions={actions} tabIndex={isActive ? 0 : -1} />
      </div>
    </div>
  )
}

export function CardRow(props: RowProps): ReactNode {
  const { row, index, isChosen, isActive, actions, onPick } = props
  return (
    <div {...rowProps(props)} className={`${rowClass} flex items-center`}>
      <div role="gridcell" className="flex self-stretch">
        <Chooser row={row} isChosen={isChosen} isActive={isActive} onChange={() => onPick(row, index, 'toggle')} />
      </div>
      <div role="gridcell" className="flex min-w-0 grow flex-col gap-1">
        <span className="flex min-w-0 items-center gap-1.5 text-sm font-medium">
          {row.networks.map((id) => (
            <NetworkBadge key={id} id={id} />
          ))}
          <span className="truncate">{row.name}</span>
          {row.label === undefined ? null : <Tag>{row.label}</Tag>}
        </span>
        <ProgressBar share={row.progress} state={row.state} />
        <span className="flex min-w-0 gap-1.5 text-xs text-muted">
          <span className="shrink-0 text-text">
            <StateWord row={row} />
          </span>
          <span data-testid="progress">{percent(row.progress)}</span>
          <span className="truncate">{row.fault?.message ?? cardLine(row)}</span>
        </span>
      </div>
      <div role="gridcell" className="flex shrink-0 pl-1">
        <PauseOrResume row={row} actions={actions} tabIndex={isActive ? 0 : -1} />
        <RowMenu row={row} actions={actions} tabIndex={isActive ? 0 : -1} />
      </div>
    </div>
  )
}

/** A row that has not come yet. */
export function WaitingRow({ index, style }: { readonly index: number; readonly style: CSSProperties }): ReactNode {
  return (
    <div role="row" aria-rowindex={index + 2} className="absolute inset-x-0 flex items-center px-12" style={style}>
      <div role="gridcell" className="h-3 w-1/3 rounded bg-track">
        <span className="sr-only">{t('transfers.loading')}</span>
      </div>
    </div>
  )
}

function Chooser({
  row,
  isChosen,
  isActive,
  onChange,
}: {
  readonly row: Transfer
  readonly isChosen: boolean
  readonly isActive: boolean
  readonly onChange: () => void
}): ReactNode {
  return (
    <label className="touch flex min-w-9 cursor-pointer items-center justify-center self-stretch">
      <input
        type="checkbox"
        aria-label={t('row.choose', { name: row.name })}
        checked={isChosen}
        tabIndex={isActive ? 0 : -1}
        onChange={onChange}
        className="size-4 accent-accent"
      />
    </label>
  )
}

function PauseOrResume({
  row,
  actions,
  tabIndex,
}: {
  readonly row: Transfer
  readonly actions: TransferActions
  readonly tabIndex: number
}): ReactNode {
  const rests = row.state === 'paused' || row.state === 'trouble' || row.state === 'done'
  return rests ? (
    <IconButton
      label={t('row.resume', { name: row.name })}
      icon={<Play size={16} aria-hidden />}
      tabIndex={tabIndex}
      data-testid="action-resume"
      onClick={() => actions.resume([row])}
    />
  ) : (
    <IconButton
      label={t('row.pause', { name: row.name })}
      icon={<Pause size={16} aria-hidden />}
      tabIndex={tabIndex}
      data-testid="action-pause"
      onClick={() => actions.pause([row])}
    />
  )
}
