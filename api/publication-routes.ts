import { z } from 'zod'
import type { LibraryQuery, LibraryWindow } from './library.ts'
import { libraryQuery, libraryWindow } from './library.ts'
import type { Id, None, Route } from './route.ts'
import type { Publication, PublishRequest } from './publications.ts'
import { publication, publishRequest } from './publications.ts'

/** What is made here for others, and what is complete. */
export interface PublicationRoutes {
  readonly publish: Route<None, None, PublishRequest, Publication>
  readonly publications: Route<None, None, None, readonly Publication[]>
  readonly publication: Route<Id, None, None, Publication>
  readonly publishedDocument: Route<Id, None, None, Uint8Array>
  readonly library: Route<None, LibraryQuery, None, LibraryWindow>
}

export const publicationRoutes: PublicationRoutes = {
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
}
