import type { Transfer, TransferQuery } from '@kith/api/transfers.ts'
import { CheckCheck, Pause, Play, RefreshCw, Tag, Trash2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../api.ts'
import { t } from '../i18n/t.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { useTell } from '../ui/toasts.tsx'
import type { Row, TransferActions } from './use-actions.ts'

export interface BulkBarProps {
  readonly ids: ReadonlySet<string>
  /** Those of the chosen rows that are on screen. */
  readonly rows: readonly Transfer[]
  readonly total: number
  readonly query: TransferQuery
  readonly actions: TransferActions
  readonly onChoose: (ids: readonly string[]) => void
}

/** The longest window that the daemon gives. */
const longest = 1_000
const icon = { size: 16, 'aria-hidden': true } as const

/** What can be done with all that is chosen; there while more than one row is. */
export function BulkBar({ ids, rows, total, query, actions, onChoose }: BulkBarProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { open } = useDialogs()
  if (ids.size < 2) return null
  const named = new Map(rows.map((row) => [row.id, row]))
  const all: readonly Row[] = [...ids].map((id) => ({ id, name: named.get(id)?.name ?? id }))

  async function chooseAll(): Promise<void> {
    const found: string[] = []
    while (found.length < total) {
      const { rows: some } = await client.call('transfers', { query: { ...query, from: found.length, count: longest } })
      if (some.length === 0) break
      found.push(...some.map(({ id }) => id))
    }
    onChoose(found)
  }

  return (
    <div
      role="toolbar"
      aria-label={t('bulk.label')}
      className="mx-4 mb-2 flex flex-wrap items-center gap-1 rounded-lg border border-accent bg-chosen px-2 py-1 md:mx-5"
    >
      <span className="px-2 text-sm font-medium">{t('bulk.chosen', { count: ids.size })}</span>
      <Act label={t('action.resume')} icon={<Play {...icon} />} onClick={() => actions.resume(all)} />
      <Act label={t('action.pause')} icon={<Pause {...icon} />} onClick={() => actions.pause(all)} />
      <Act label={t('action.recheck')} icon={<RefreshCw {...icon} />} onClick={() => actions.recheck(all)} />
      <Act
        label={t('action.label')}
        icon={<Tag {...icon} />}
        onClick={() => open({ kind: 'label', ids: [...ids], known: rows })}
      />
      <Act label={t('action.remove')} icon={<Trash2 {...icon} />} onClick={() => actions.remove(all)} />
      <span className="grow" />
      {ids.size < total ? (
        <Act
          label={t('bulk.all', { count: total })}
          icon={<CheckCheck {...icon} />}
          onClick={() => void chooseAll().catch(tell.failed)}
        />
      ) : null}
      <IconButton label={t('bulk.none')} icon={<X size={16} aria-hidden />} onClick={() => onChoose([])} />
    </div>
  )
}

/** Only the picture on a phone, where a row of words has no room. */
function Act({
  label,
  icon,
  onClick,
}: {
  readonly label: string
  readonly icon: ReactNode
  readonly onClick: () => void
}): ReactNode {
  return (
    <Button kind="quiet" icon={icon} onClick={onClick} title={label} aria-label={label}>
      <span className="hidden md:inline">{label}</span>
    </Button>
  )
}
