import { MessagesSquare, Plug, UsersRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Screen } from '../../shell/screen.tsx'
import { useWide } from '../../shell/use-wide.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Conversation } from './conversation.tsx'
import { RoomList } from './room-list.tsx'

/** Rooms and private talks of all networks in one list, and one of them. */
export function TalkScreen(): ReactNode {
  const { open } = useDialogs()
  const isWide = useWide()
  const [{ room: id }] = useScreenSearch('/talk')
  const { value: rooms } = useLive({ view: 'rooms' })
  const room = rooms?.find((one) => one.id === id)
  if (!isWide && room !== undefined) return <Conversation key={room.id} room={room} />
  return (
    <Screen
      title={t('nav.talk')}
      scrolls={false}
      actions={
        <>
          <Button icon={<UsersRound size={16} aria-hidden />} onClick={() => open({ kind: 'gather' })}>
            {t('talk.gather')}
          </Button>
          <Button icon={<Plug size={16} aria-hidden />} onClick={() => open({ kind: 'hubs' })} data-testid="hubs-open">
            {t('hubs.open')}
          </Button>
        </>
      }
    >
      {rooms?.length === 0 ? (
        <Empty icon={<MessagesSquare size={36} aria-hidden />} title={t('talk.none')}>
          {t('talk.noneHint')}
        </Empty>
      ) : null}
      {rooms === undefined || rooms.length === 0 ? null : (
        <div className="flex min-h-0 grow border-t border-line">
          <RoomList rooms={rooms} chosen={id} />
          {isWide ? (
            room === undefined ? (
              <div className="grow">
                <Empty icon={<MessagesSquare size={36} aria-hidden />} title={t('talk.choose')} />
              </div>
            ) : (
              <Conversation key={room.id} room={room} />
            )
          ) : null}
        </div>
      )}
    </Screen>
  )
}
