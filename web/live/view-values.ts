import type { FoundWindow, SearchView } from '@kith/api/find.ts'
import type { LogLine } from '@kith/api/journal.ts'
import type { View } from '@kith/api/live.ts'
import type { NetworkView } from '@kith/api/networks.ts'
import type { HashingView, SharedFolder } from '@kith/api/sharing.ts'
import type { SpeedHistory, Status } from '@kith/api/status.ts'
import type {
  FileWindow,
  PieceMap,
  Publication,
  SourceView,
  TransferDetails,
  TransferWindow,
} from '@kith/api/transfers.ts'

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
  readonly networks: readonly NetworkView[]
  readonly publications: readonly Publication[]
  readonly sharedFolders: readonly SharedFolder[]
  readonly hashing: HashingView
  readonly log: readonly LogLine[]
}

export type ViewValue<V extends View> = ViewValues[V['view']]
