import type { Status } from '@kith/api/status.ts'
import type { Transfer } from '@kith/api/transfers.ts'
import { Link } from '@tanstack/react-router'
import { FileDown, HardDrive, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { ago, count, percent, rate, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { finishedView } from '../../shell/finished.tsx'
import { Screen } from '../../shell/screen.tsx'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Card } from './card.tsx'
import { SpeedGraph } from './speed-graph.tsx'
import { Trouble } from './trouble.tsx'

const movingView = {
  view: 'transfers',
  query: { state: 'active', sort: 'downRate', descending: true, count: 6 },
} as const

/** What moves, what has finished, and what needs somebody. */
export function HomeScreen(): ReactNode {
  const { value: status } = useLive({ view: 'status' })
  return (
    <Screen title={t('nav.home')}>
      {status !== undefined && (status.transfers['all'] ?? 0) === 0 ? <Welcome device={status.device} /> : null}
      <div className="grid gap-4 lg:grid-cols-2">
        <Trouble />
        <Card title={t('home.speed')} className="lg:col-span-2">
          <SpeedGraph />
        </Card>
        <Moving />
        <JustFinished now={status?.now} />
        <Machine status={status} />
        <DropHere />
      </div>
    </Screen>
  )
}

function Welcome({ device }: { readonly device: string }): ReactNode {
  return (
    <p className="mb-4 text-sm" data-testid="welcome">
      {t('home.welcome', { device })}
    </p>
  )
}

function Moving(): ReactNode {
  const { value } = useLive(movingView)
  return (
    <Card title={t('home.moving')} more={{ search: { state: 'active' }, count: value?.total ?? 0 }}>
      {value?.rows.length === 0 ? <p className="py-2 text-sm text-muted">{t('home.nothingMoves')}</p> : null}
      <ul className="flex flex-col gap-3">
        {value?.rows.map((row) => (
          <li key={row.id}>
            <div className="mb-1 flex items-baseline gap-3">
              <NameLink row={row} />
              <span className="shrink-0 text-xs text-muted">
                {[
                  row.downRate >= 1 ? `↓ ${rate(row.downRate)}` : '',
                  row.upRate >= 1 ? `↑ ${rate(row.upRate)}` : '',
                  row.progress < 1 ? percent(row.progress) : '',
                ]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </span>
            </div>
            <ProgressBar share={row.progress} state={row.state} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function JustFinished({ now }: { readonly now: number | undefined }): ReactNode {
  const { value } = useLive(finishedView)
  const rows = (value?.rows ?? []).filter(({ completedAt }) => completedAt !== undefined)
  return (
    <Card title={t('home.finished')}>
      {value !== undefined && rows.length === 0 ? (
        <p className="py-2 text-sm text-muted">{t('home.nothingFinished')}</p>
      ) : null}
      <ul className="flex flex-col gap-2">
        {rows.map((row) => (
          <li key={row.id} className="flex items-baseline gap-3 text-sm">
            <NameLink row={row} />
            <span className="shrink-0 text-xs text-muted">{ago(row.completedAt!, now ?? row.completedAt!)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function NameLink({ row }: { readonly row: Transfer }): ReactNode {
  return (
    <Link
      to="/transfers"
      search={{ id: row.id }}
      title={row.name}
      className="block min-w-0 grow truncate text-sm font-medium hover:underline"
    >
      {row.name}
    </Link>
  )
}

function Machine({ status }: { readonly status: Status | undefined }): ReactNode {
  return (
    <Card title={t('home.machine')}>
      <ul className="flex flex-col gap-3 text-sm">
        <li className="flex gap-3">
          <HardDrive size={18} aria-hidden className="mt-0.5 shrink-0 text-muted" />
          <span className="min-w-0">
            {status?.freeBytes === undefined ? t('home.freeUnknown') : t('home.free', { size: size(status.freeBytes) })}
            <span className="block text-xs break-all text-muted">{status?.downloads}</span>
          </span>
        </li>
        <li className="flex gap-3">
          <Users size={18} aria-hidden className="mt-0.5 shrink-0 text-muted" />
          <span>
            {t('home.people', { count: status?.people ?? 0 })}
            <span className="block text-xs text-muted">
              {t('home.networks', { on: count(status?.networks.on ?? 0), all: count(status?.networks.all ?? 0) })}
            </span>
          </span>
        </li>
      </ul>
    </Card>
  )
}

function DropHere(): ReactNode {
  const { open } = useDialogs()
  return (
    <div className="flex flex-col items-center justify-center gap-3 rounded-xl border-2 border-dashed border-line p-6 text-center">
      <FileDown size={32} aria-hidden className="text-muted" />
      <p className="text-sm text-muted">{t('home.drop')}</p>
      <Button onClick={() => open({ kind: 'add', start: {} })}>{t('home.addByHand')}</Button>
    </div>
  )
}
