import { accessRoutes, type AccessRoutes } from './access-routes.ts'
import { browseRoutes, type BrowseRoutes } from './browse.ts'
import { davRoutes, type DavRoutes } from './dav.ts'
import { deliveryRoutes, type DeliveryRoutes } from './deliveries.ts'
import { directoryRoutes, type DirectoryRoutes } from './directory.ts'
import { findRoutes, type FindRoutes } from './find.ts'
import { gameRoutes, type GameRoutes } from './games.ts'
import { gatewayRoutes, type GatewayRoutes } from './gateways.ts'
import { invitationRoutes, type InvitationRoutes } from './invitations.ts'
import { internetRoutes, type InternetRoutes } from './internet.ts'
import { journalRoutes, type JournalRoutes } from './journal-routes.ts'
import { nearRoutes, type NearRoutes } from './near.ts'
import { networkRoutes, type NetworkRoutes } from './network-routes.ts'
import { printerRoutes, type PrinterRoutes } from './printers.ts'
import { publicationRoutes, type PublicationRoutes } from './publication-routes.ts'
import { segmentRoutes, type SegmentRoutes } from './segments.ts'
import { settingRoutes, type SettingRoutes } from './setting-routes.ts'
import { sharingRoutes, type SharingRoutes } from './sharing-routes.ts'
import { statusRoutes, type StatusRoutes } from './status-routes.ts'
import { talkRoutes, type TalkRoutes } from './talk.ts'
import { transferRoutes, type TransferRoutes } from './transfer-routes.ts'
import { uploadRoutes, type UploadRoutes } from './uploads.ts'
import { visitRoutes, type VisitRoutes } from './visits.ts'

/** Every operation of the API under its name. */
export interface Routes
  extends
    AccessRoutes,
    BrowseRoutes,
    DavRoutes,
    DeliveryRoutes,
    DirectoryRoutes,
    FindRoutes,
    GameRoutes,
    GatewayRoutes,
    InvitationRoutes,
    InternetRoutes,
    JournalRoutes,
    NearRoutes,
    NetworkRoutes,
    PrinterRoutes,
    PublicationRoutes,
    SegmentRoutes,
    SettingRoutes,
    SharingRoutes,
    StatusRoutes,
    TalkRoutes,
    TransferRoutes,
    UploadRoutes,
    VisitRoutes {}

export const routes: Routes = {
  ...accessRoutes,
  ...browseRoutes,
  ...davRoutes,
  ...deliveryRoutes,
  ...directoryRoutes,
  ...findRoutes,
  ...gameRoutes,
  ...gatewayRoutes,
  ...invitationRoutes,
  ...internetRoutes,
  ...journalRoutes,
  ...nearRoutes,
  ...networkRoutes,
  ...printerRoutes,
  ...publicationRoutes,
  ...segmentRoutes,
  ...settingRoutes,
  ...sharingRoutes,
  ...statusRoutes,
  ...talkRoutes,
  ...transferRoutes,
  ...uploadRoutes,
  ...visitRoutes,
}
