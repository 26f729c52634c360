import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { socketPath } from '@kith/api/address.ts'
import { Client, UnreachableError } from '@kith/api/client.ts'
import { makeHome } from '@kith/api/home.ts'
import { fetchOver } from '@kith/api/socket.ts'
import { FailedError, failure, UsageError } from './exit.ts'

export interface Where {
  /** A daemon elsewhere, `http://host:port`; the unix socket of this user's daemon without it. */
  readonly host?: string
  readonly token?: string
  /** The folder that the daemon lives in. */
  readonly home?: string
}

/** How long a daemon that was just started may take to answer, in milliseconds: it waits 25 s for one that is ending. */
const startMs = 35_000
/** Of what a daemon said before it ended, the last characters are shown. */
const mostSaid = 1_000

export function socketOf(where: Where): string {
  const user = process.getuid?.()
  return socketPath({ variables: process.env, home: homedir(), user }, where.home)
}

/** The daemon elsewhere that is meant, from the option or the environment. */
function hostOf({ host = process.env['KITH_HOST'] }: Where): string | undefined {
  if (host === undefined) return undefined
  const base = host.includes('://') ? host : `http://${host}`
  if (!/^https?:/.test(base) || !URL.canParse(base))
    throw new UsageError(`“${host}” is no address of a daemon; write for example http://nas:7337`)
  return base
}

/** What to say where nobody answers: one who names a daemon elsewhere is not helped by one here. */
export function unreachableText(where: Where): string {
  const host = hostOf(where)
  if (host === undefined) return 'No daemon is running. Start one with: kith daemon'
  return `No daemon answers at ${host}. See that it runs there, and listens beyond its own machine (api.listen).`
}

export function client(where: Where): Client {
  const host = hostOf(where)
  const token = where.token ?? process.env['KITH_TOKEN']
  const named = token === undefined ? {} : { token }
  if (host !== undefined) return new Client({ base: host, ...named })
  return new Client({ base: 'http://localhost', fetch: fetchOver(socketOf(where)), ...named })
}

/**
 * What Node is told to run as the daemon. What is young in the heaps of its threads dies at once: more room for it makes them
 * larger by 40 MiB in a transfer, and nothing faster (docs/decisions/0006).
 */
export const daemonCommand: readonly string[] = [
  '--max-semi-space-size=8',
  // That node:ffi is young is known (docs/decisions), and no news for who starts Kith.
  '--disable-warning=ExperimentalWarning',
  join(dirname(import.meta.dirname), 'daemon', 'launch.mjs'),
]

/** The running daemon, or one that is started now and goes on when this command ends. */
export async function clientOrStart(where: Where, signal: AbortSignal): Promise<Client> {
  const found = client(where)
  try {
    await found.call('status')
    return found
  } catch (error) {
    if (!(error instanceof UnreachableError) || hostOf(where) !== undefined) throw error
  }
  const logFolder = dirname(socketOf(where))
  const trouble = await makeHome(logFolder)
  if (trouble !== undefined) throw failure(trouble, '')
  const logFile = join(logFolder, 'daemon.log')
  const log = openSync(logFile, 'a', 0o600)
  const { size: before } = fstatSync(log)
  const home = where.home === undefined ? [] : ['--home', where.home]
  const daemon = spawn(process.execPath, [...daemonCommand, ...home], { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  let ended: number | null | undefined
  daemon.on('exit', (code) => (ended = code))
  daemon.unref()
  const end = Date.now() + startMs
  while (Date.now() < end && ended === undefined) {
    signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 100))
    try {
      await found.call('status')
      return found
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
    }
  }
  const said = readFileSync(logFile).subarray(before).toString().trim()
  throw new FailedError(`The daemon did not start. It said (${logFile}):\n${said.slice(-mostSaid)}`)
}
