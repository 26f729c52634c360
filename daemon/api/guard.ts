import { isIP } from 'node:net'
import { fail } from '@kith/core/fault/fault.ts'

/** Names under which a browser may reach the page. */
export interface Names {
  /** This machine's name. */
  readonly machine: string
  /** Names that the user added. */
  readonly allowed: readonly string[]
}

/**
 * Refuses requests whose Host header is not one of ours: a page elsewhere could otherwise give its own name our address
 * (DNS rebinding) and read everything. Numeric addresses are fine, since nobody can rebind them.
 * @throws FaultError `input` `api/host`
 */
export function checkHost(host: string | undefined, names: Names): void {
  const name = hostName(host ?? '')
  const machine = names.machine === '' ? [] : [names.machine, `${names.machine}.local`]
  const known = ['localhost', ...machine, ...names.allowed].map((one) => one.toLowerCase())
  if (isIP(name) !== 0 || known.includes(name) || name.endsWith('.localhost')) return
  throw fail('input', 'api/host', `Kith does not go by the name “${name.slice(0, 100)}”`, {
    hint: 'Use the address of the machine, or add the name to the setting api.allowed_hosts.',
  })
}

/**
 * Refuses requests that a page of another origin makes with the user's cookie.
 * @throws FaultError `input` `api/origin`
 */
export function checkOrigin(headers: {
  origin: string | undefined
  site: string | undefined
  host: string | undefined
}): void {
  const { origin, site, host } = headers
  const foreign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`
  if (!foreign && (site === undefined || site === 'same-origin' || site === 'none')) return
  throw fail('input', 'api/origin', 'Another page tried to use your session', {
    hint: 'Other programs use a token: kith token new.',
  })
}

/** The name in a Host header, without port and brackets. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host)
  return (bracketed?.[1] ?? host.replace(/:\d+$/, '')).toLowerCase()
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * The API listens beyond this machine only when a password exists.
 * @throws FaultError `local` `api/no-password`
 */
export function checkListen(host: string, hasPassword: boolean): void {
  if (isLoopback(host) || hasPassword) return
  throw fail('local', 'api/no-password', `The page does not listen on ${host} while there is no password`, {
    hint: 'Set one with kith passwd, then start the daemon again.',
  })
}
