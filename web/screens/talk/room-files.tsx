import type { RoomView } from '@kith/api/talk.ts'
import { Paperclip } from 'lucide-react'
import type { ReactNode } from 'react'
import { useRef } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { IconButton } from '../../ui/button.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { type Dropped, named } from '../nearby/dropped.ts'
import { GiftRows } from '../nearby/gifts.tsx'
import { useNear } from '../nearby/use-near.ts'
import { useSendFiles } from '../nearby/use-send.ts'

/** People of one room whose devices could be sent to at once. */
const mostPeople = 100

export interface RoomFiles {
  /** Somebody here can be sent files. */
  readonly isOpen: boolean
  readonly send: (files: readonly Dropped[] | Promise<readonly Dropped[]>) => void
}

/** Files for those who are in a room of devices, each of whom is asked; what was sent is said there. */
export function useRoomFiles(room: RoomView): RoomFiles {
  const client = useClient()
  const tell = useTell()
  const sendFiles = useSendFiles()
  const isNear = room.network === 'neighbours'
  const { value: people } = useLive({
    view: 'people',
    query: { room: room.id, count: isNear ? mostPeople : 0 },
  })
  // Only those that are paired can be talked to alone, and sent to.
  const ids = (isNear ? (people?.rows ?? []) : []).filter(({ own, talk }) => !own && talk !== undefined)
  const to = { ids: ids.map(({ peer }) => peer), name: room.title }
  async function send(files: Parameters<RoomFiles['send']>[0]): Promise<void> {
    const name = await sendFiles(to, files)
    if (name === undefined) return
    const text = t('talk.sentFile', { name })
    await client.call('say', { params: { id: room.id }, body: { text } }).catch(tell.failed)
  }
  return { isOpen: to.ids.length > 0, send: (files) => void send(files) }
}

/** Chooses files of this browser for the room. */
export function Attach({ room, files }: { readonly room: RoomView; readonly files: RoomFiles }): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="attach"
        onChange={({ target }) => {
          files.send(named([...(target.files ?? [])]))
          target.value = ''
        }}
      />
      <IconButton
        label={t('talk.attach', { name: room.title })}
        icon={<Paperclip size={18} aria-hidden />}
        onClick={() => input.current?.click()}
      />
    </>
  )
}

/** What somebody of the room has sent, and waits for a yes. */
export function RoomGifts({ room }: { readonly room: RoomView }): ReactNode {
  const { data: gifts = [] } = useNear('gifts')
  const { value: people } = useLive({ view: 'people', query: { room: room.id, count: mostPeople } })
  const ids = new Set((people?.rows ?? []).filter(({ own }) => !own).map(({ peer }) => peer))
  const theirs = gifts.filter(({ from }) => ids.has(from.id))
  if (theirs.length === 0) return null
  return (
    <div className="border-t border-line px-2 py-2 md:px-4">
      <GiftRows gifts={theirs} />
    </div>
  )
}
