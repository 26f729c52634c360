import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Log } from '@kith/core/network/log.ts'
import { systemCode } from '../net/faults.ts'

const V4 = '/proc/sys/net/ipv4/ip_forward'
/** A folder for each interface, and `all` and `default`. */
const V6 = '/proc/sys/net/ipv6/conf'

export type Family = 'ip' | 'ip6'

function fileOf(family: Family): string {
  return family === 'ip' ? V4 : `${V6}/all/forwarding`
}

/** Whether this machine passes on what is not for it. @throws where the system does not say */
export function forwards(family: Family): boolean {
  return readFileSync(fileOf(family), 'latin1').trim() === '1'
}

/** @throws where the system does not let us */
export function setForwarding(family: Family, on: boolean): void {
  if (family === 'ip') writeFileSync(V4, on ? '1' : '0')
  else setForwardingV6(on)
}

/**
 * The one switch of Linux for IPv6 turns every interface into a router's as well: these believe no router any more, and what one
 * has told is forgotten. Here they stay as they were, so that this machine keeps its own way out. It is done in one go, and for the
 * moment of the change routers are believed in spite of it (`accept_ra` 2), which saves the routes.
 */
function setForwardingV6(on: boolean): void {
  const before = readdirSync(V6)
    .filter((name) => name !== 'all')
    .map((name) => ({ name, forwarding: read(name, 'forwarding'), believes: read(name, 'accept_ra') }))
  const believing = before.filter(({ believes }) => believes === '1')
  for (const { name } of believing) write(name, 'accept_ra', '2')
  try {
    writeFileSync(fileOf('ip6'), on ? '1' : '0')
  } finally {
    for (const { name, forwarding } of before) {
      if (forwarding !== undefined && read(name, 'forwarding') !== forwarding) write(name, 'forwarding', forwarding)
    }
    for (const { name } of believing) write(name, 'accept_ra', '1')
  }
}

function read(name: string, setting: string): string | undefined {
  try {
    return readFileSync(`${V6}/${name}/${setting}`, 'latin1').trim()
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

function write(name: string, setting: string, value: string): void {
  try {
    writeFileSync(`${V6}/${name}/${setting}`, value)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** An interface may go at any time. */
function isGone(error: unknown): boolean {
  return systemCode(error) === 'ENOENT'
}

/** Passing on for those that want it: on with the first, and as it was before with the last. */
export class Forwarding {
  readonly #log: Log
  readonly #uses: Readonly<Record<Family, { count: number; before: boolean }>> = {
    ip: { count: 0, before: false },
    ip6: { count: 0, before: false },
  }

  constructor(log: Log) {
    this.#log = log
  }

  /** Whether it was on before the first that wants it now. @throws where the system does not say */
  before(family: Family): boolean {
    const use = this.#uses[family]
    return use.count > 0 ? use.before : forwards(family)
  }

  /** @throws where the system does not let us */
  use(family: Family): Disposable {
    const use = this.#uses[family]
    if (use.count === 0) {
      use.before = forwards(family)
      if (!use.before) setForwarding(family, true)
    }
    use.count++
    return { [Symbol.dispose]: () => this.#leave(family) }
  }

  #leave(family: Family): void {
    const use = this.#uses[family]
    use.count--
    if (use.count > 0 || use.before) return
    try {
      setForwarding(family, false)
    } catch (error) {
      this.#log.warn('this machine goes on passing on what is not for it', { family, error: String(error) })
    }
  }
}
