import type { Transfer } from '@kith/api/transfers.ts'
import { Link } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Card } from './card.tsx'

const troubleView = { view: 'transfers', query: { state: 'trouble', count: 100 } } as const

/** What needs somebody: one sentence each, what helps, and the transfers that stand still for it. */
export function Trouble(): ReactNode {
  const { value: status } = useLive({ view: 'status' })
  const { value: list } = useLive(troubleView)
  const problems = status?.problems ?? []
  const standing = Map.groupBy(list?.rows ?? [], ({ fault }) => fault?.message ?? '')
  const others = [...standing].filter(([message]) => !problems.some((problem) => problem.message === message))
  if (problems.length === 0 && others.length === 0) return null
  return (
    <Card title={t('home.trouble')} className="lg:col-span-2">
      <ul className="divide-y divide-line">
        {problems.map(({ code, message, hint }) => (
          <Line key={code + message} message={message} hint={hint} rows={standing.get(message) ?? []} />
        ))}
        {others.map(([message, rows]) => (
          <Line key={message} message={message} hint={rows[0]?.fault?.hint} rows={rows} />
        ))}
      </ul>
    </Card>
  )
}

interface LineProps {
  readonly message: string
  readonly hint: string | undefined
  readonly rows: readonly Transfer[]
}

function Line({ message, hint, rows }: LineProps): ReactNode {
  const [first] = rows
  return (
    <li className="flex gap-3 py-2 text-sm">
      <TriangleAlert size={18} aria-hidden className="mt-0.5 shrink-0 text-bad" />
      <div className="min-w-0">
        <p className="font-medium break-words">{message === '' ? t('state.trouble') : message}</p>
        {hint === undefined ? null : <p className="break-words text-muted">{hint}</p>}
        {first === undefined ? null : (
          <Link
            to="/transfers"
            search={rows.length === 1 ? { id: first.id } : { state: 'trouble' }}
            className="break-words text-accent underline-offset-2 hover:underline"
          >
            {t('home.standing', { count: rows.length, name: first.name })}
          </Link>
        )}
      </div>
    </li>
  )
}
