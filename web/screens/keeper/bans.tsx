import type { ExclusionView } from '@kith/api/directory.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Ban } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { moment } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** Who may not come, why and how long, with a way back. */
export function Bans({ network }: { readonly network: string }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const queries = useQueryClient()
  const { open } = useDialogs()
  const key = ['exclusions', network]
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => client.call('exclusions', { params: { id: network }, signal }),
  })
  const lift = (ban: ExclusionView): void =>
    void client.call('readmit', { params: { id: network, exclusion: ban.id } }).then(() => {
      tell.done(t('keeper.lifted', { name: nameOf(ban) }))
      return queries.invalidateQueries({ queryKey: key })
    }, tell.failed)
  return (
    <>
      <FaultNote error={error} />
      <div className="mb-3">
        <Button icon={<Ban size={16} aria-hidden />} onClick={() => open({ kind: 'ban', network })}>
          {t('keeper.newBan')}
        </Button>
      </div>
      {data?.length === 0 ? <Empty icon={<Ban size={36} aria-hidden />} title={t('keeper.noBans')} /> : null}
      {data === undefined || data.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="bans">
          {data.map((ban) => (
            <li key={ban.id} className="flex items-center gap-3 py-2 pr-2 pl-4" data-testid="ban">
              <div className="min-w-0 grow">
                <p className="text-sm font-medium break-all">{nameOf(ban)}</p>
                <p className="text-xs break-words text-muted">
                  {[
                    ban.reason,
                    ban.until === undefined ? t('keeper.forEver') : t('keeper.until', { time: moment(ban.until) }),
                    ban.by === '' ? '' : t('keeper.by', { nick: ban.by }),
                  ]
                    .filter((part) => part !== '')
                    .join(' · ')}
                </p>
              </div>
              <Button
                data-testid="ban-lift"
                aria-label={t('keeper.liftOf', { name: nameOf(ban) })}
                onClick={() => lift(ban)}
              >
                {t('keeper.lift')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function nameOf({ nick, address }: ExclusionView): string {
  return [nick, address].filter((part) => part !== undefined).join(' · ')
}
