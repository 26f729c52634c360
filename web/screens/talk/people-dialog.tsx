import type { RoomView } from '@kith/api/talk.ts'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { People } from './people.tsx'

/** Who is in a room, where there is no place beside it. */
export function PeopleDialog({ room, onClose }: { readonly room: RoomView; readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title={t('talk.whoIsHere')} onClose={onClose}>
      <People room={room} onLeave={onClose} />
    </Dialog>
  )
}
