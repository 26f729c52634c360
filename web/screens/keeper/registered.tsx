import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, UserPlus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Tag } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** Nicks that belong to whoever knows their password. */
export function Registered({ network }: { readonly network: string }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const queries = useQueryClient()
  const { open } = useDialogs()
  const key = ['registrations', network]
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => client.call('registrations', { params: { id: network }, signal }),
  })
  const remove = (nick: string): void =>
    void client.call('unregister', { params: { id: network, nick } }).then(() => {
      tell.done(t('keeper.unregistered', { nick }))
      return queries.invalidateQueries({ queryKey: key })
    }, tell.failed)
  return (
    <>
      <FaultNote error={error} />
      <div className="mb-3">
        <Button
          icon={<UserPlus size={16} aria-hidden />}
          disabled={data === undefined}
          data-testid="register-open"
          onClick={() => open({ kind: 'register', network, ranks: data?.ranks ?? [] })}
        >
          {t('keeper.register')}
        </Button>
      </div>
      {data?.registrations.length === 0 ? (
        <Empty icon={<KeyRound size={36} aria-hidden />} title={t('keeper.noneRegistered')}>
          {t('keeper.registerHint')}
        </Empty>
      ) : null}
      {data === undefined || data.registrations.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="registrations">
          {data.registrations.map(({ nick, rank }) => (
            <li key={nick} className="flex min-h-12 items-center gap-3 pr-2 pl-4 text-sm">
              <span className="min-w-0 truncate font-medium">{nick}</span>
              <Tag>{rank}</Tag>
              <span className="grow" />
              <IconButton
                label={t('keeper.unregister', { nick })}
                icon={<X size={16} aria-hidden />}
                onClick={() => remove(nick)}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
