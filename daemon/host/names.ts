import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Names } from '@kith/core/network/net.ts'

/** The system tells no time to live; trackers and hubs that move are found again after this. */
const KEEP_MS = 5 * 60_000
/** A name that failed is soon asked again, for example once the network is up. */
const KEEP_FAILED_MS = 15_000
/** More names than any user has trackers, hubs and servers in use at once. */
const MOST_NAMES = 2048
/**
 * A lookup holds one of the four threads that files use too, for as long as a dead name server takes: two at a time
 * leave room for the files.
 */
const MOST_LOOKUPS = 2
/** RFC 1035 2.3.4. */
const LONGEST_NAME = 253
const TIMEOUT_MS = 20_000

export type Lookup = (name: string) => Promise<readonly string[]>

interface Known {
  readonly answer: Promise<readonly string[]>
  until: number
}

const systemLookup: Lookup = async (name) =>
  (await lookup(name, { all: true, order: 'ipv4first' })).map((found) => found.address)

/** Host names by the system's own rules (hosts file, mDNS, DNS), with a cache; the same name is asked once at a time. */
export function systemNames(clock: Clock, ask: Lookup = systemLookup): Names {
  const known = new Map<string, Known>()
  const queue: (() => void)[] = []
  let running = 0

  async function look(name: string): Promise<readonly string[]> {
    if (running >= MOST_LOOKUPS) await new Promise<void>((go) => queue.push(go))
    else running++
    try {
      return await ask(name)
    } finally {
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }
  }

  function inTime(name: string): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const timer = clock.after(TIMEOUT_MS, () => reject(failed(name, 'net/name-timeout', 'did not answer in time')))
      look(name)
        .then((found) =>
          found.length === 0 ? reject(failed(name, 'net/name-unknown', 'has no address')) : resolve(found),
        )
        .catch((error: unknown) => reject(failed(name, 'net/name-unknown', 'cannot be resolved', error)))
        .finally(() => timer[Symbol.dispose]())
    })
  }

  function failed(name: string, code: string, what: string, cause?: unknown): FaultError {
    return fail('unavailable', code, `The name ${name} ${what}`, {
      doing: 'resolve a name',
      retryAt: clock.now() + KEEP_FAILED_MS,
      ...(cause === undefined ? {} : { cause }),
    })
  }

  function answer(name: string, fresh: boolean): Promise<readonly string[]> {
    const cached = known.get(name)
    // One that is being asked for is as fresh as can be.
    const isAsked = cached?.until === Number.POSITIVE_INFINITY
    if (cached !== undefined && (fresh ? isAsked : cached.until > clock.now())) return cached.answer
    const entry: Known = { answer: inTime(name), until: Number.POSITIVE_INFINITY }
    known.delete(name)
    known.set(name, entry)
    if (known.size > MOST_NAMES) known.delete(known.keys().next().value!)
    entry.answer.then(
      () => (entry.until = clock.now() + KEEP_MS),
      () => (entry.until = clock.now() + KEEP_FAILED_MS),
    )
    return entry.answer
  }

  return {
    async resolve(name, signal, fresh = false) {
      signal?.throwIfAborted()
      const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
      if (isIP(bare) !== 0) return [bare]
      const key = domainToASCII(bare).replace(/\.$/, '')
      if (key === '' || key.length > LONGEST_NAME || /[^\w.-]/.test(key)) {
        throw fail('unavailable', 'net/name-unknown', `“${name.slice(0, 80)}” is not a host name`)
      }
      if (signal === undefined) return answer(key, fresh)
      let abort = (): void => {}
      const aborted = new Promise<never>((_, reject) => {
        abort = () => reject(signal.reason as Error)
        signal.addEventListener('abort', abort, { once: true })
      })
      try {
        return await Promise.race([answer(key, fresh), aborted])
      } finally {
        signal.removeEventListener('abort', abort)
      }
    },
  }
}
