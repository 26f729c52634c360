import type { RoomView } from '@kith/api/talk.ts'
import { Link } from '@tanstack/react-router'
import { AtSign, Hash, User } from 'lucide-react'
import type { ReactNode } from 'react'
import { count } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { NetworkBadge } from '../../ui/badge.tsx'

export interface RoomListProps {
  readonly rooms: readonly RoomView[]
  readonly chosen: string | undefined
}

/** All rooms: those with something new first, then as it was talked in them last. */
export function RoomList({ rooms, chosen }: RoomListProps): ReactNode {
  const sorted = [...rooms].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0) || a.title.localeCompare(b.title))
  return (
    <nav
      aria-label={t('talk.rooms')}
      className="min-h-0 w-full shrink-0 overflow-y-auto md:w-72 md:border-r md:border-line"
    >
      <ul data-testid="rooms">
        {sorted.map((room) => (
          <li key={`${room.network} ${room.id}`}>
            <Link
              to="/talk"
              search={{ room: room.id }}
              aria-current={room.id === chosen ? 'page' : undefined}
              data-testid="room"
              className="flex min-h-14 items-center gap-3 border-b border-line px-4 py-2 hover:bg-hover aria-[current=page]:bg-chosen"
            >
              <NetworkBadge id={room.network} />
              <span className="min-w-0 grow">
                <span className="flex items-center gap-1.5 text-sm font-medium">
                  {room.kind === 'private' ? (
                    <User size={14} aria-hidden className="shrink-0 text-muted" />
                  ) : (
                    <Hash size={14} aria-hidden className="shrink-0 text-muted" />
                  )}
                  <span className="truncate">{room.title}</span>
                </span>
                <span className="block truncate text-xs text-muted">
                  {room.last === undefined
                    ? t('talk.people', { count: room.people })
                    : t('talk.said', { name: room.last.own ? t('talk.you') : room.last.from, text: room.last.text })}
                </span>
              </span>
              {room.mentions === 0 || room.id === chosen ? null : (
                <AtSign
                  size={16}
                  aria-label={t('talk.mentions', { count: room.mentions })}
                  className="shrink-0 text-accent"
                  data-testid="mentioned"
                />
              )}
              {room.unread === 0 || room.id === chosen ? null : (
                <span
                  className="inline-flex min-w-6 justify-center rounded-full bg-accent px-1.5 text-xs font-semibold text-on-accent"
                  data-testid="unread"
                >
                  {count(room.unread)}
                  <span className="sr-only"> {t('talk.unread')}</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}
