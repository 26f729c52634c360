import type { BrowseView } from '@kith/api/browse.ts'
import type { FoundWindow, SearchView } from '@kith/api/find.ts'
import type { LogLine } from '@kith/api/journal.ts'
import type { View } from '@kith/api/live.ts'
import type { NetworkView } from '@kith/api/networks.ts'
import type { NearbyPrinterView, OwnPrinterView, PrintJobView } from '@kith/api/printers.ts'
import type { HashingView, SharedFolder } from '@kith/api/sharing.ts'
import type { SpeedHistory, Status } from '@kith/api/status.ts'
import type { MessageView, PeopleWindow, RoomView, UnreadView } from '@kith/api/talk.ts'
import type { FileWindow, PieceMap, SourceView } from '@kith/api/transfer-parts.ts'
import type { GatewayView } from '@kith/api/gateways.ts'
import type { Publication } from '@kith/api/publications.ts'
import type { TransferDetails, TransferWindow } from '@kith/api/transfers.ts'

/** What each view shows. */
interface ViewValues extends Record<View['view'], unknown> {
  readonly status: Status
  readonly speed: SpeedHistory
  readonly transfers: TransferWindow
  readonly transfer: TransferDetails
  readonly files: FileWindow
  readonly sources: readonly SourceView[]
  readonly pieces: PieceMap
  readonly searches: readonly SearchView[]
  readonly found: FoundWindow
  readonly browse: BrowseView
  readonly rooms: readonly RoomView[]
  readonly messages: readonly MessageView[]
  readonly people: PeopleWindow
  readonly unread: UnreadView
  readonly gateways: readonly GatewayView[]
  readonly networks: readonly NetworkView[]
  readonly publications: readonly Publication[]
  readonly sharedFolders: readonly SharedFolder[]
  readonly hashing: HashingView
  readonly printers: readonly OwnPrinterView[]
  readonly nearbyPrinters: readonly NearbyPrinterView[]
  readonly printJobs: readonly PrintJobView[]
  readonly log: readonly LogLine[]
}

export type ViewValue<V extends View> = ViewValues[V['view']]
