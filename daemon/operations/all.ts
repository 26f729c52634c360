import type { Journal } from '@kith/core/journal/journal.ts'
import { isLoopback } from '../api/guard.ts'
import type { Handlers } from '../api/handlers.ts'
import * as settings from '../config/settings.ts'
import { folderView } from '../folders.ts'
import type { Switches } from '../switches.ts'
import type { Uploads } from '../uploads/uploads.ts'
import type { Visits } from '../visits/visits.ts'
import { accessOperations } from './access.ts'
import { browseOperations } from './browse.ts'
import type { DavOperationsWorld } from './dav.ts'
import { davOperations } from './dav.ts'
import { deliveryOperations } from './deliveries.ts'
import { directoryOperations } from './directory.ts'
import type { FindWorld } from './find.ts'
import { findOperations } from './find.ts'
import type { FoundFolderWorld } from './found-folder.ts'
import { foundFolderOperations } from './found-folder.ts'
import { gameOperations } from './games.ts'
import { gatewayOperations } from './gateways.ts'
import { internetOperations } from './internet.ts'
import { invitationOperations } from './invitations.ts'
import { libraryOperations } from './library.ts'
import type { NearWorld } from './near.ts'
import { nearOperations } from './near.ts'
import type { NetworkWorld } from './networks.ts'
import { networkOperations } from './networks.ts'
import { printerOperations } from './printers.ts'
import type { Readings } from './readings.ts'
import { segmentOperations } from './segments.ts'
import { settingOperations } from './settings.ts'
import type { SharingWorld } from './sharing.ts'
import { sharingOperations } from './sharing.ts'
import type { StatusWorld } from './status.ts'
import { statusOperations } from './status.ts'
import type { TalkWorld } from './talk.ts'
import { talkOperations } from './talk.ts'
import type { TransferWorld } from './transfers.ts'
import { transferOperations } from './transfers.ts'

/** Everything that runs, as what stands behind the routes needs it. */
export interface House
  extends
    StatusWorld,
    TransferWorld,
    NearWorld,
    FindWorld,
    FoundFolderWorld,
    TalkWorld,
    DavOperationsWorld,
    SharingWorld,
    NetworkWorld {
  readonly journal: Journal
  readonly switches: Switches
  readonly readings: Readings
  readonly visits: Visits
  readonly uploads: Uploads
  /** Where the page is; undefined while it listens nowhere. */
  url(): string | undefined
}

/** What stands behind every route. */
export function operations(house: House): Handlers {
  const { config, device, journal } = house
  const { listen } = config.of('api', settings.api).current
  return {
    ...statusOperations(house),
    ...transferOperations(house),
    ...house.publications.operations,
    ...libraryOperations(house.transfers),
    ...nearOperations(house),
    ...deliveryOperations(house),
    ...findOperations(house),
    ...browseOperations(house),
    ...foundFolderOperations(house),
    ...talkOperations(house),
    ...house.visits.operations,
    ...house.uploads.operations,
    ...davOperations(house),
    ...directoryOperations(house),
    ...gatewayOperations(house),
    ...invitationOperations(house),
    ...gameOperations(house),
    ...internetOperations(house),
    ...segmentOperations(house, device),
    ...printerOperations(house),
    ...sharingOperations(house),
    ...house.readings.operations,
    ...networkOperations(house),
    ...settingOperations(config, () => Promise.all([house.switches.settled(), house.dav.settled()])),
    ...accessOperations(house.access, house.url, () => isLoopback(listen)),
    journal: ({ query }) => journal.since(query?.after ?? 0).entries,
    folders: ({ query }) => folderView(query?.path ?? house.downloads(), query?.files ?? false),
  }
}
