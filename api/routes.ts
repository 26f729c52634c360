import { z } from 'zod'
import type {
  FolderQuery,
  FolderView,
  LinkResponse,
  PasswordRequest,
  SessionRequest,
  SessionView,
  TokenRequest,
  TokenResponse,
  TokenView,
} from './access.ts'
import {
  folderQuery,
  folderView,
  linkResponse,
  passwordRequest,
  sessionRequest,
  sessionView,
  tokenRequest,
  tokenResponse,
  tokenView,
} from './access.ts'
import type { JournalEntry, LogLine, LogQuery } from './journal.ts'
import { journalEntry, logLine, logQuery } from './journal.ts'
import type { LibraryQuery, LibraryWindow } from './library.ts'
import { libraryQuery, libraryWindow } from './library.ts'
import type { DirectoryRoutes } from './directory.ts'
import { directoryRoutes } from './directory.ts'
import type { FindRoutes } from './find.ts'
import { findRoutes } from './find.ts'
import type { GameRoutes } from './games.ts'
import { gameRoutes } from './games.ts'
import type { NearRoutes } from './near.ts'
import { nearRoutes } from './near.ts'
import type { NetworkView, SwitchRequest } from './networks.ts'
import { networkView, switchRequest } from './networks.ts'
import type { Id, None, Route } from './route.ts'
import type { SettingRequest, SettingView } from './settings.ts'
import { settingRequest, settingView } from './settings.ts'
import type { SharingRoutes } from './sharing-routes.ts'
import { sharingRoutes } from './sharing-routes.ts'
import type { DoctorCheck, SpeedHistory, SpeedRequest, Status } from './status.ts'
import { doctorCheck, speedHistory, speedRequest, status } from './status.ts'
import type {
  AddRequest,
  AddResponse,
  BulkRequest,
  FileWindow,
  GatewayRequest,
  MoveRequest,
  PieceMap,
  PriorityRequest,
  Publication,
  PublishRequest,
  RenameRequest,
  SourceView,
  Transfer,
  TransferDetails,
  TransferPatch,
  TransferQuery,
  TransferWindow,
  WindowQuery,
} from './transfers.ts'
import {
  addRequest,
  addResponse,
  bulkRequest,
  fileWindow,
  gatewayRequest,
  moveRequest,
  pieceMap,
  priorityRequest,
  publication,
  publishRequest,
  renameRequest,
  sourceView,
  transfer,
  transferDetails,
  transferPatch,
  transferQuery,
  transferWindow,
  windowQuery,
} from './transfers.ts'

/** Every operation of the API under its name. */
export interface Routes extends NearRoutes, FindRoutes, GameRoutes, DirectoryRoutes, SharingRoutes {
  readonly status: Route<None, None, None, Status>
  readonly speedHistory: Route<None, None, None, SpeedHistory>
  readonly setSpeed: Route<None, None, SpeedRequest, Status>
  readonly doctor: Route<None, None, None, readonly DoctorCheck[]>
  readonly stop: Route<None, None, None, void>

  readonly transfers: Route<None, TransferQuery, None, TransferWindow>
  readonly add: Route<None, None, AddRequest, AddResponse>
  readonly bulk: Route<None, None, BulkRequest, readonly string[]>
  readonly transfer: Route<Id, None, None, TransferDetails>
  readonly changeTransfer: Route<Id, None, TransferPatch, Transfer>
  readonly removeTransfer: Route<Id, { readonly files?: boolean | undefined }, None, void>
  readonly pause: Route<Id, None, None, Transfer>
  readonly resume: Route<Id, None, None, Transfer>
  readonly recheck: Route<Id, None, None, Transfer>
  readonly move: Route<Id, None, MoveRequest, Transfer>
  readonly rename: Route<Id, None, RenameRequest, Transfer>
  readonly files: Route<Id, WindowQuery, None, FileWindow>
  readonly prioritise: Route<Id, None, PriorityRequest, void>
  readonly sources: Route<Id, None, None, readonly SourceView[]>
  readonly pieces: Route<Id, { readonly buckets?: number | undefined }, None, PieceMap>
  readonly document: Route<Id, None, None, Uint8Array>
  readonly addGateway: Route<Id, None, GatewayRequest, void>
  readonly removeGateway: Route<Id, GatewayRequest, None, void>

  readonly publish: Route<None, None, PublishRequest, Publication>
  readonly publications: Route<None, None, None, readonly Publication[]>
  readonly publication: Route<Id, None, None, Publication>
  readonly publishedDocument: Route<Id, None, None, Uint8Array>
  readonly library: Route<None, LibraryQuery, None, LibraryWindow>

  readonly networks: Route<None, None, None, readonly NetworkView[]>
  readonly network: Route<Id, None, None, NetworkView>
  readonly switchNetwork: Route<Id, None, SwitchRequest, NetworkView>
  readonly switchDirectory: Route<Id, None, SwitchRequest, NetworkView>

  readonly settings: Route<None, None, None, readonly SettingView[]>
  readonly setting: Route<Id, None, None, SettingView>
  readonly setSetting: Route<Id, None, SettingRequest, SettingView>
  readonly unsetSetting: Route<Id, None, None, SettingView>

  readonly journal: Route<None, { readonly after?: number | undefined }, None, readonly JournalEntry[]>
  readonly log: Route<None, LogQuery, None, readonly LogLine[]>
  readonly folders: Route<None, FolderQuery, None, FolderView>

  readonly session: Route<None, None, None, SessionView>
  readonly signIn: Route<None, None, SessionRequest, SessionView>
  readonly signOut: Route<None, None, None, void>
  readonly setPassword: Route<None, None, PasswordRequest, void>
  readonly link: Route<None, None, None, LinkResponse>
  readonly tokens: Route<None, None, None, readonly TokenView[]>
  readonly newToken: Route<None, None, TokenRequest, TokenResponse>
  readonly removeToken: Route<Id, None, None, void>
}

const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])
const filesQuery = z.object({ files: flag.optional() })
const bucketsQuery = z.object({ buckets: z.coerce.number().int().min(1).max(4096).optional() })
const afterQuery = z.object({ after: z.coerce.number().int().min(0).optional() })

export const routes: Routes = {
  ...nearRoutes,
  ...findRoutes,
  ...gameRoutes,
  status: {
    method: 'get',
    path: '/status',
    scope: 'view',
    tag: 'status',
    summary: 'How the daemon is',
    params: [],
    response: status,
  },
  speedHistory: {
    method: 'get',
    path: '/speed',
    scope: 'view',
    tag: 'status',
    summary: 'Rates of the last minutes',
    params: [],
    response: speedHistory,
  },
  setSpeed: {
    method: 'patch',
    path: '/speed',
    scope: 'transfer',
    tag: 'status',
    summary: 'Set the global limits',
    params: [],
    body: speedRequest,
    response: status,
  },
  doctor: {
    method: 'get',
    path: '/doctor',
    scope: 'admin',
    tag: 'status',
    summary: 'Check what the daemon needs of its machine',
    params: [],
    response: z.array(doctorCheck),
  },
  stop: { method: 'post', path: '/stop', scope: 'admin', tag: 'status', summary: 'Stop the daemon', params: [] },

  transfers: {
    method: 'get',
    path: '/transfers',
    scope: 'view',
    tag: 'transfers',
    summary: 'A window of the list, with counts',
    params: [],
    query: transferQuery,
    response: transferWindow,
  },
  add: {
    method: 'post',
    path: '/transfers',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Add a link or document',
    params: [],
    body: addRequest,
    response: addResponse,
  },
  bulk: {
    method: 'post',
    path: '/transfers/bulk',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Do one thing to several; answers with the ids it was done to',
    params: [],
    body: bulkRequest,
    response: z.array(z.string()),
  },
  transfer: {
    method: 'get',
    path: '/transfers/{id}',
    scope: 'view',
    tag: 'transfers',
    summary: 'Everything about one',
    params: ['id'],
    response: transferDetails,
  },
  changeTransfer: {
    method: 'patch',
    path: '/transfers/{id}',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Label, order and limits',
    params: ['id'],
    body: transferPatch,
    response: transfer,
  },
  removeTransfer: {
    method: 'delete',
    path: '/transfers/{id}',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Remove, with its files if asked',
    params: ['id'],
    query: filesQuery,
  },
  pause: {
    method: 'post',
    path: '/transfers/{id}/pause',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Let it rest',
    params: ['id'],
    response: transfer,
  },
  resume: {
    method: 'post',
    path: '/transfers/{id}/resume',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Let it go on',
    params: ['id'],
    response: transfer,
  },
  recheck: {
    method: 'post',
    path: '/transfers/{id}/recheck',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Hash what is on disk',
    params: ['id'],
    response: transfer,
  },
  move: {
    method: 'post',
    path: '/transfers/{id}/move',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Move the files to another folder',
    params: ['id'],
    body: moveRequest,
    response: transfer,
  },
  rename: {
    method: 'post',
    path: '/transfers/{id}/rename',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Rename the file or folder',
    params: ['id'],
    body: renameRequest,
    response: transfer,
  },
  files: {
    method: 'get',
    path: '/transfers/{id}/files',
    scope: 'view',
    tag: 'transfers',
    summary: 'A window of its files',
    params: ['id'],
    query: windowQuery,
    response: fileWindow,
  },
  prioritise: {
    method: 'patch',
    path: '/transfers/{id}/files',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'How much files are wanted',
    params: ['id'],
    body: priorityRequest,
  },
  sources: {
    method: 'get',
    path: '/transfers/{id}/sources',
    scope: 'view',
    tag: 'transfers',
    summary: 'Who delivers and who takes',
    params: ['id'],
    response: z.array(sourceView),
  },
  pieces: {
    method: 'get',
    path: '/transfers/{id}/pieces',
    scope: 'view',
    tag: 'transfers',
    summary: 'The piece bar',
    params: ['id'],
    query: bucketsQuery,
    response: pieceMap,
  },
  document: {
    method: 'get',
    path: '/transfers/{id}/document',
    scope: 'view',
    tag: 'transfers',
    summary: 'Its document, such as a .torrent',
    params: ['id'],
    file: 'application/x-bittorrent',
  },
  addGateway: {
    method: 'post',
    path: '/transfers/{id}/gateways',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Add a tracker',
    params: ['id'],
    body: gatewayRequest,
  },
  removeGateway: {
    method: 'delete',
    path: '/transfers/{id}/gateways',
    scope: 'transfer',
    tag: 'transfers',
    summary: 'Remove a tracker',
    params: ['id'],
    query: gatewayRequest,
  },

  publish: {
    method: 'post',
    path: '/publications',
    scope: 'share',
    tag: 'library',
    summary: 'Make a torrent of a file or folder and give it',
    params: [],
    body: publishRequest,
    response: publication,
  },
  publications: {
    method: 'get',
    path: '/publications',
    scope: 'view',
    tag: 'library',
    summary: 'Publications of this run',
    params: [],
    response: z.array(publication),
  },
  publication: {
    method: 'get',
    path: '/publications/{id}',
    scope: 'view',
    tag: 'library',
    summary: 'How far a publication is',
    params: ['id'],
    response: publication,
  },
  publishedDocument: {
    method: 'get',
    path: '/publications/{id}/document',
    scope: 'view',
    tag: 'library',
    summary: 'Its document',
    params: ['id'],
    file: 'application/x-bittorrent',
  },
  library: {
    method: 'get',
    path: '/library',
    scope: 'view',
    tag: 'library',
    summary: 'A window of what is complete here',
    params: [],
    query: libraryQuery,
    response: libraryWindow,
  },
  ...sharingRoutes,

  networks: {
    method: 'get',
    path: '/networks',
    scope: 'view',
    tag: 'networks',
    summary: 'All networks',
    params: [],
    response: z.array(networkView),
  },
  network: {
    method: 'get',
    path: '/networks/{id}',
    scope: 'view',
    tag: 'networks',
    summary: 'One network',
    params: ['id'],
    response: networkView,
  },
  switchNetwork: {
    method: 'put',
    path: '/networks/{id}/on',
    scope: 'admin',
    tag: 'networks',
    summary: 'Join or leave',
    params: ['id'],
    body: switchRequest,
    response: networkView,
  },
  switchDirectory: {
    method: 'put',
    path: '/networks/{id}/directory',
    scope: 'admin',
    tag: 'networks',
    summary: 'Open or close our own index for others',
    params: ['id'],
    body: switchRequest,
    response: networkView,
  },
  ...directoryRoutes,

  settings: {
    method: 'get',
    path: '/settings',
    scope: 'view',
    tag: 'settings',
    summary: 'All settings, with where each value comes from',
    params: [],
    response: z.array(settingView),
  },
  setting: {
    method: 'get',
    path: '/settings/{id}',
    scope: 'view',
    tag: 'settings',
    summary: 'One setting',
    params: ['id'],
    response: settingView,
  },
  setSetting: {
    method: 'put',
    path: '/settings/{id}',
    scope: 'admin',
    tag: 'settings',
    summary: 'Set a value',
    params: ['id'],
    body: settingRequest,
    response: settingView,
  },
  unsetSetting: {
    method: 'delete',
    path: '/settings/{id}',
    scope: 'admin',
    tag: 'settings',
    summary: 'Take back what was set here',
    params: ['id'],
    response: settingView,
  },

  journal: {
    method: 'get',
    path: '/journal',
    scope: 'view',
    tag: 'journal',
    summary: 'What happened, after a number',
    params: [],
    query: afterQuery,
    response: z.array(journalEntry),
  },
  log: {
    method: 'get',
    path: '/log',
    scope: 'view',
    tag: 'journal',
    summary: 'The newest lines of the log',
    params: [],
    query: logQuery,
    response: z.array(logLine),
  },
  folders: {
    method: 'get',
    path: '/folders',
    scope: 'transfer',
    tag: 'files',
    summary: 'Folders on the daemon’s machine',
    params: [],
    query: folderQuery,
    response: folderView,
  },

  session: {
    method: 'get',
    path: '/session',
    scope: 'none',
    tag: 'access',
    summary: 'Who asks',
    params: [],
    response: sessionView,
  },
  signIn: {
    method: 'post',
    path: '/session',
    scope: 'none',
    tag: 'access',
    summary: 'Open a session by the one-time link or the password',
    params: [],
    body: sessionRequest,
    response: sessionView,
  },
  signOut: { method: 'delete', path: '/session', scope: 'none', tag: 'access', summary: 'End the session', params: [] },
  setPassword: {
    method: 'put',
    path: '/password',
    scope: 'admin',
    tag: 'access',
    summary: 'Set the password',
    params: [],
    body: passwordRequest,
  },
  link: {
    method: 'post',
    path: '/link',
    scope: 'admin',
    tag: 'access',
    summary: 'A one-time link that opens the page',
    params: [],
    response: linkResponse,
  },
  tokens: {
    method: 'get',
    path: '/tokens',
    scope: 'admin',
    tag: 'access',
    summary: 'Tokens of other programs',
    params: [],
    response: z.array(tokenView),
  },
  newToken: {
    method: 'post',
    path: '/tokens',
    scope: 'admin',
    tag: 'access',
    summary: 'A new token, shown once',
    params: [],
    body: tokenRequest,
    response: tokenResponse,
  },
  removeToken: {
    method: 'delete',
    path: '/tokens/{id}',
    scope: 'admin',
    tag: 'access',
    summary: 'Take a token back',
    params: ['id'],
  },
}
