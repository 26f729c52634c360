import { z } from 'zod'
import type { Scope } from './status.ts'
import { scopes } from './status.ts'

/** A token as the list shows it: never the secret itself. */
export interface TokenView {
  readonly id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly createdAt: number
  readonly usedAt?: number | undefined
}

export const tokenView: z.ZodType<TokenView> = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(scopes)),
  createdAt: z.number(),
  usedAt: z.number().optional(),
})

export interface TokenRequest {
  readonly name: string
  readonly scopes: readonly Scope[]
}

export const tokenRequest: z.ZodType<TokenRequest> = z.strictObject({
  name: z.string().min(1).max(100),
  scopes: z.array(z.enum(scopes)).min(1),
})

/** Shown once. */
export interface TokenResponse {
  readonly token: TokenView
  readonly secret: string
}

export const tokenResponse: z.ZodType<TokenResponse> = z.object({ token: tokenView, secret: z.string() })

/** Opens a session of the page: by the one-time link, or by the password. */
export interface SessionRequest {
  readonly link?: string | undefined
  readonly password?: string | undefined
}

export const sessionRequest: z.ZodType<SessionRequest> = z.strictObject({
  link: z.string().max(200).optional(),
  password: z.string().max(1000).optional(),
})

/** Who asks. */
export interface SessionView {
  readonly scopes: readonly Scope[]
  readonly via: 'session' | 'token' | 'socket' | 'none'
  /** A password can be used to sign in. */
  readonly password: boolean
}

export const sessionView: z.ZodType<SessionView> = z.object({
  scopes: z.array(z.enum(scopes)),
  via: z.enum(['session', 'token', 'socket', 'none']),
  password: z.boolean(),
})

/** A password replaces the old one; an empty one takes it away. */
export interface PasswordRequest {
  readonly password: string
}
export const passwordRequest: z.ZodType<PasswordRequest> = z.strictObject({ password: z.string().max(1000) })

/** A one-time link that opens the page. */
export interface LinkResponse {
  readonly url: string
}
export const linkResponse: z.ZodType<LinkResponse> = z.object({ url: z.string() })

/** Folders on the daemon's machine, for choosing one. */
export interface FolderView {
  readonly path: string
  readonly parent?: string | undefined
  readonly freeBytes?: number | undefined
  readonly writable: boolean
  readonly entries: readonly { readonly name: string; readonly folder: boolean; readonly size?: number | undefined }[]
}

export const folderView: z.ZodType<FolderView> = z.object({
  path: z.string(),
  parent: z.string().optional(),
  freeBytes: z.number().optional(),
  writable: z.boolean(),
  entries: z.array(z.object({ name: z.string(), folder: z.boolean(), size: z.number().optional() })),
})

export interface FolderQuery {
  readonly path?: string | undefined
  /** List files too. */
  readonly files?: boolean | undefined
}

export const folderQuery: z.ZodType<FolderQuery> = z.object({
  path: z.string().max(4096).optional(),
  files: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).optional(),
})
