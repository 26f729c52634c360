import type { Input, Output } from '@kith/api/client.ts'
import type { Routes } from '@kith/api/routes.ts'
import type { Grant } from './access.ts'

/** Who asks, for the few operations where it matters. */
export interface Asker {
  readonly grant: Grant
  /** Sets the session cookie, or takes it away. */
  setSession(secret: string | undefined): void
  /** The session that this request came with. */
  readonly session: string | undefined
  /** The same for everything that comes with the same session or token. */
  readonly sender: string
  /** Where the request came from, to slow down who guesses. */
  readonly address: string
}

/** What stands behind every operation. Handlers throw FaultError; the server makes problems of them. */
export type Handlers = {
  readonly [Name in keyof Routes]: (
    input: Input<Routes[Name]>,
    asker: Asker,
  ) => Output<Routes[Name]> | Promise<Output<Routes[Name]>>
}
