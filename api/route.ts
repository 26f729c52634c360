import type { z } from 'zod'
import type { Scope } from './status.ts'

/**
 * One operation of the API: the server checks and documents it from this, the client calls it by this. `path` is below
 * `/api/v1`, with parameters in braces.
 */
export interface Route<Params, Query, Body, Response> {
  readonly method: 'get' | 'post' | 'patch' | 'put' | 'delete'
  readonly path: string
  /** `none` needs no authority. */
  readonly scope: Scope | 'none'
  readonly summary: string
  readonly tag: string
  readonly params: readonly (keyof Params & string)[]
  readonly query?: z.ZodType<Query> | undefined
  readonly body?: z.ZodType<Body> | undefined
  /** Absent for 204 No Content. */
  readonly response?: z.ZodType<Response> | undefined
  /** The answer is a file of this media type instead of JSON. */
  readonly file?: string | undefined
}

/** Nothing is given here. */
export type None = object
export type Id = { readonly id: string }
