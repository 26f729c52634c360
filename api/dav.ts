import { z } from 'zod'
import { faultView } from './fault.ts'
import type { FaultView } from './fault.ts'
import type { Id, None, Route } from './route.ts'

/** Somebody who may reach shared folders by WebDAV; folders by their names. Who may write may read as well. */
export interface DavUserView {
  readonly name: string
  readonly read: readonly string[]
  readonly write: readonly string[]
}

const davUserView: z.ZodType<DavUserView> = z.object({
  name: z.string(),
  read: z.array(z.string()),
  write: z.array(z.string()),
})

export interface DavView {
  readonly on: boolean
  /** Where file managers find it, while it listens. */
  readonly url?: string | undefined
  /** Why it does not listen although it is on. */
  readonly fault?: FaultView | undefined
  readonly users: readonly DavUserView[]
}

const davView: z.ZodType<DavView> = z.object({
  on: z.boolean(),
  url: z.string().optional(),
  fault: faultView.optional(),
  users: z.array(davUserView),
})

/** What is left out stays as it is. */
export interface DavUserRequest {
  /** Needed for a new one. */
  readonly password?: string | undefined
  /** Names or ids of shared folders. */
  readonly read?: readonly string[] | undefined
  readonly write?: readonly string[] | undefined
}

const folders = z.array(z.string().min(1).max(100)).max(1_000)
const davUserRequest: z.ZodType<DavUserRequest> = z.strictObject({
  password: z.string().max(256).optional(),
  read: folders.optional(),
  write: folders.optional(),
})

/** Shared folders for file managers. */
export interface DavRoutes {
  readonly dav: Route<None, None, None, DavView>
  readonly setDavUser: Route<Id, None, DavUserRequest, DavUserView>
  readonly removeDavUser: Route<Id, None, None, void>
}

export const davRoutes: DavRoutes = {
  dav: {
    method: 'get',
    path: '/dav',
    scope: 'admin',
    tag: 'library',
    summary: 'Whether file managers reach the shared folders (WebDAV), and who may',
    params: [],
    response: davView,
  },
  setDavUser: {
    method: 'put',
    path: '/dav/users/{id}',
    scope: 'admin',
    tag: 'library',
    summary: 'Make a user of WebDAV, or change password and rights',
    params: ['id'],
    body: davUserRequest,
    response: davUserView,
  },
  removeDavUser: {
    method: 'delete',
    path: '/dav/users/{id}',
    scope: 'admin',
    tag: 'library',
    summary: 'Remove a user of WebDAV',
    params: ['id'],
  },
}
