import { useQuery } from '@tanstack/react-query'
import { MessagesSquare } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Screen } from '../../shell/screen.tsx'
import { NetworkBadge } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'

/** Where one can talk. */
export function TalkScreen(): ReactNode {
  const client = useClient()
  const { data: rooms, error } = useQuery({
    queryKey: ['rooms'],
    queryFn: ({ signal }) => client.call('rooms', { signal }),
  })
  return (
    <Screen title={t('nav.talk')}>
      <FaultNote error={error} />
      {rooms?.length === 0 ? (
        <Empty icon={<MessagesSquare size={36} aria-hidden />} title={t('talk.none')}>
          {t('talk.noneHint')}
        </Empty>
      ) : null}
      {rooms === undefined || rooms.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card">
          {rooms.map((room) => (
            <li key={`${room.network} ${room.id}`} className="flex items-center gap-3 px-4 py-2 text-sm">
              <NetworkBadge id={room.network} />
              <span className="min-w-0 grow truncate font-medium">{room.title}</span>
              <span className="text-muted">{t('talk.people', { count: room.people })}</span>
            </li>
          ))}
        </ul>
      )}
    </Screen>
  )
}
