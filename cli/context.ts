import type { Command } from 'commander'
import type { Client } from '@kith/api/client.ts'
import type { Where } from './connect.ts'
import { client, clientOrStart } from './connect.ts'
import type { Output } from './output.ts'
import { output } from './output.ts'

/** What every command works with. */
export interface Context {
  readonly where: Where
  readonly out: Output
  /** The daemon that runs. */
  readonly kith: Client
  /** The daemon that runs, or one that is started now. */
  start(): Promise<Client>
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal
}

interface GlobalOptions {
  readonly json?: true
  readonly host?: string
  readonly token?: string
  readonly home?: string
}

export function context(command: Command, signal: AbortSignal): Context {
  const { json, host, token, home } = command.optsWithGlobals<GlobalOptions>()
  const where: Where = {
    ...(host === undefined ? {} : { host }),
    ...(token === undefined ? {} : { token }),
    ...(home === undefined ? {} : { home }),
  }
  return {
    where,
    out: output({ json: json === true, stream: process.stdout }),
    kith: client(where),
    start: () => clientOrStart(where, signal),
    signal,
  }
}

/** Runs a command's work with its context; commander passes arguments, options and the command itself. */
export type Run = <Arguments extends unknown[]>(
  work: (context: Context, ...args: Arguments) => Promise<void>,
) => (...args: [...Arguments, Command]) => Promise<void>
