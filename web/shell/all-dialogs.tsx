import type { ReactNode } from 'react'
import { AddDialog } from '../add/add-dialog.tsx'
import { HoldersDialog } from '../screens/find/holders-dialog.tsx'
import { BanDialog } from '../screens/keeper/ban-dialog.tsx'
import { RegisterDialog } from '../screens/keeper/register-dialog.tsx'
import { DavUserDialog } from '../screens/library/dav-user-dialog.tsx'
import { PublishDialog } from '../screens/library/publish-dialog.tsx'
import { ShareDialog } from '../screens/library/share-dialog.tsx'
import { EnterDialog } from '../screens/nearby/enter-dialog.tsx'
import { InviteDialog } from '../screens/nearby/invite-dialog.tsx'
import { SendDialog } from '../screens/nearby/send-dialog.tsx'
import { ShelfDialog } from '../screens/nearby/shelf-dialog.tsx'
import { VisitDialog } from '../screens/nearby/visit-dialog.tsx'
import { CommandDialog } from '../screens/talk/command-dialog.tsx'
import { GatherDialog } from '../screens/talk/gather-dialog.tsx'
import { HubsDialog } from '../screens/talk/hubs-dialog.tsx'
import { PeopleDialog } from '../screens/talk/people-dialog.tsx'
import { LabelDialog } from '../transfers/label-dialog.tsx'
import { LimitDialog } from '../transfers/limit-dialog.tsx'
import { MoveDialog, RenameDialog } from '../transfers/place-dialogs.tsx'
import { RemoveDialog } from '../transfers/remove-dialog.tsx'
import { useDialogs } from './dialogs.ts'
import { HelpDialog } from './help-dialog.tsx'
import { MoreSheet } from './more-sheet.tsx'

/** The dialog that is open, if one is. */
export function AllDialogs(): ReactNode {
  const { current, close } = useDialogs()
  if (current === undefined) return null
  switch (current.kind) {
    case 'add':
      return <AddDialog start={current.start} onClose={close} />
    case 'remove':
      return <RemoveDialog rows={current.rows} onClose={close} />
    case 'label':
      return <LabelDialog ids={current.ids} known={current.known} onClose={close} />
    case 'limit':
      return <LimitDialog row={current.row} onClose={close} />
    case 'rename':
      return <RenameDialog row={current.row} onClose={close} />
    case 'move':
      return <MoveDialog row={current.row} onClose={close} />
    case 'publish':
      return <PublishDialog onClose={close} />
    case 'share':
      return <ShareDialog folder={current.folder} onClose={close} />
    case 'davUser':
      return <DavUserDialog user={current.user} onClose={close} />
    case 'holders':
      return <HoldersDialog search={current.search} row={current.row} onClose={close} />
    case 'people':
      return <PeopleDialog room={current.room} onClose={close} />
    case 'command': {
      const { kind: _kind, ...what } = current
      return <CommandDialog {...what} onClose={close} />
    }
    case 'hubs':
      return <HubsDialog onClose={close} />
    case 'gather':
      return <GatherDialog onClose={close} />
    case 'invite':
      return <InviteDialog onClose={close} />
    case 'enter':
      return <EnterDialog onClose={close} />
    case 'sendTo':
      return <SendDialog device={current.device} onClose={close} />
    case 'shelf':
      return <ShelfDialog device={current.device} onClose={close} />
    case 'visit':
      return <VisitDialog offers={current.offers} onClose={close} />
    case 'ban': {
      const { kind: _kind, ...who } = current
      return <BanDialog {...who} onClose={close} />
    }
    case 'register':
      return <RegisterDialog network={current.network} ranks={current.ranks} onClose={close} />
    case 'more':
      return <MoreSheet onClose={close} />
    case 'help':
      return <HelpDialog onClose={close} />
  }
}
