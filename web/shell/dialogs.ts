import type { FoundRow } from '@kith/api/find.ts'
import type { DavUserView } from '@kith/api/dav.ts'
import type { DeviceView } from '@kith/api/near.ts'
import type { SharedFolder } from '@kith/api/sharing.ts'
import type { RoomCommandView, RoomView } from '@kith/api/talk.ts'
import type { Transfer } from '@kith/api/transfers.ts'
import { createContext, useContext } from 'react'

/** Something to add that was pasted, dropped or chosen. */
export interface AddStart {
  readonly links?: readonly string[]
  readonly documents?: readonly File[]
}

type Row = Pick<Transfer, 'id' | 'name'>

/** The dialog over the page. */
export type OpenDialog =
  | { readonly kind: 'add'; readonly start: AddStart }
  | { readonly kind: 'remove'; readonly rows: readonly Row[] }
  /** `known` are those whose labels of now are known, which is what undoing needs. */
  | { readonly kind: 'label'; readonly ids: readonly string[]; readonly known: readonly Transfer[] }
  | { readonly kind: 'limit'; readonly row: Transfer }
  | { readonly kind: 'rename'; readonly row: Transfer }
  | { readonly kind: 'move'; readonly row: Transfer }
  | { readonly kind: 'publish' }
  /** Without a folder: one that is not shared yet. */
  | { readonly kind: 'share'; readonly folder?: SharedFolder }
  /** Somebody who comes by WebDAV; without one: somebody new. */
  | { readonly kind: 'davUser'; readonly user?: DavUserView }
  /** Who has what a search found. */
  | { readonly kind: 'holders'; readonly search: string; readonly row: FoundRow }
  /** Who is in a room. */
  | { readonly kind: 'people'; readonly room: RoomView }
  /** What a command of a room asks, and to whom it is done. */
  | { readonly kind: 'command'; readonly room: RoomView; readonly command: RoomCommandView; readonly person?: string }
  | { readonly kind: 'hubs' }
  /** A room of several devices. */
  | { readonly kind: 'gather' }
  /** Pairing by a link: a new one, or somebody's. */
  | { readonly kind: 'invite' | 'enter' }
  | { readonly kind: 'sendTo' | 'shelf'; readonly device: DeviceView }
  /** A page for somebody without the app, where something is offered or received. */
  | { readonly kind: 'visit'; readonly offers: boolean }
  | { readonly kind: 'ban'; readonly network: string; readonly nick?: string; readonly address?: string }
  | { readonly kind: 'register'; readonly network: string; readonly ranks: readonly string[] }
  /** The screens that the bar of a phone has no room for. */
  | { readonly kind: 'more' }
  | { readonly kind: 'help' }

export interface Dialogs {
  readonly current: OpenDialog | undefined
  readonly open: (dialog: OpenDialog) => void
  readonly close: () => void
}

export const DialogsContext: React.Context<Dialogs | undefined> = createContext<Dialogs | undefined>(undefined)

export function useDialogs(): Dialogs {
  const dialogs = useContext(DialogsContext)
  if (dialogs === undefined) throw new Error('There are no dialogs around this')
  return dialogs
}
