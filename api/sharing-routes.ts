import { z } from 'zod'
import type { Id, None, Route } from './route.ts'
import type {
  HashingView,
  LinkRequest,
  LinkView,
  ReadingView,
  ReadRequest,
  SharedFileQuery,
  SharedFileWindow,
  SharedFolder,
  SharedLinks,
  SharePatch,
  ShareRequest,
} from './sharing.ts'
import {
  hashingView,
  linkRequest,
  linkView,
  readingView,
  readRequest,
  sharedFileQuery,
  sharedFileWindow,
  sharedFolder,
  sharedLinks,
  sharePatch,
  shareRequest,
} from './sharing.ts'

/** What has to do with shared folders, and with the digests of files. */
export interface SharingRoutes {
  readonly sharedFolders: Route<None, None, None, readonly SharedFolder[]>
  readonly shareFolder: Route<None, None, ShareRequest, SharedFolder>
  readonly changeShared: Route<Id, None, SharePatch, SharedFolder>
  readonly unshareFolder: Route<Id, None, None, void>
  readonly lookAgain: Route<None, None, None, void>
  readonly sharedFiles: Route<None, SharedFileQuery, None, SharedFileWindow>
  readonly sharedLinks: Route<Id, None, None, SharedLinks>
  readonly hashing: Route<None, None, None, HashingView>
  readonly pauseHashing: Route<None, None, None, HashingView>
  readonly resumeHashing: Route<None, None, None, HashingView>
  readonly read: Route<None, None, ReadRequest, ReadingView>
  readonly reading: Route<Id, None, None, ReadingView>
  readonly parseLink: Route<None, None, LinkRequest, LinkView>
}

export const sharingRoutes: SharingRoutes = {
  sharedFolders: {
    method: 'get',
    path: '/library/folders',
    scope: 'view',
    tag: 'library',
    summary: 'Shared folders, with what is in them',
    params: [],
    response: z.array(sharedFolder),
  },
  shareFolder: {
    method: 'post',
    path: '/library/folders',
    scope: 'share',
    tag: 'library',
    summary: 'Share a folder of the daemon’s machine',
    params: [],
    body: shareRequest,
    response: sharedFolder,
  },
  changeShared: {
    method: 'patch',
    path: '/library/folders/{id}',
    scope: 'share',
    tag: 'library',
    summary: 'Name, audience, networks and what is left out',
    params: ['id'],
    body: sharePatch,
    response: sharedFolder,
  },
  unshareFolder: {
    method: 'delete',
    path: '/library/folders/{id}',
    scope: 'share',
    tag: 'library',
    summary: 'Share it no more; the files stay',
    params: ['id'],
  },
  lookAgain: {
    method: 'post',
    path: '/library/look',
    scope: 'share',
    tag: 'library',
    summary: 'Look through all shared folders now',
    params: [],
  },
  sharedFiles: {
    method: 'get',
    path: '/library/files',
    scope: 'view',
    tag: 'library',
    summary: 'A window of the files in shared folders that match a search',
    params: [],
    query: sharedFileQuery,
    response: sharedFileWindow,
  },
  sharedLinks: {
    method: 'get',
    path: '/library/files/{id}/links',
    scope: 'view',
    tag: 'library',
    summary: 'The links that name a shared file to the networks',
    params: ['id'],
    response: sharedLinks,
  },
  hashing: {
    method: 'get',
    path: '/library/hashing',
    scope: 'view',
    tag: 'library',
    summary: 'How far hashing is',
    params: [],
    response: hashingView,
  },
  pauseHashing: {
    method: 'post',
    path: '/library/hashing/pause',
    scope: 'share',
    tag: 'library',
    summary: 'Let hashing rest, over restarts too',
    params: [],
    response: hashingView,
  },
  resumeHashing: {
    method: 'post',
    path: '/library/hashing/resume',
    scope: 'share',
    tag: 'library',
    summary: 'Let hashing go on',
    params: [],
    response: hashingView,
  },
  read: {
    method: 'post',
    path: '/readings',
    scope: 'share',
    tag: 'library',
    summary: 'Read a file for its digests and links',
    params: [],
    body: readRequest,
    response: readingView,
  },
  reading: {
    method: 'get',
    path: '/readings/{id}',
    scope: 'share',
    tag: 'library',
    summary: 'How far reading a file is, and what came of it',
    params: ['id'],
    response: readingView,
  },
  parseLink: {
    method: 'post',
    path: '/links/parse',
    scope: 'view',
    tag: 'library',
    summary: 'What a magnet or eDonkey link says',
    params: [],
    body: linkRequest,
    response: linkView,
  },
}
