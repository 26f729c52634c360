import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, FaultError, faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import { readBody } from '@kith/core/network/http.ts'
import { concat } from '@kith/wire/bytes.ts'
import { bunzip2 } from '@kith/wire/bzip2/decode.ts'
import type { ListedHub } from '../wire/hub-list.ts'
import { readHubList } from '../wire/hub-list.ts'

/** What is fetched of one list, and what it may unpack to. */
const mostPackedBytes = 4 * 1024 * 1024
const mostBytes = 32 * 1024 * 1024
/** Lists are made anew every few minutes; nobody needs them so fresh. */
const freshMs = 30 * 60_000

interface Fetched {
  readonly at: number
  readonly hubs: Promise<readonly ListedHub[]>
}

/** Lists of hubs on the web, fetched when somebody wants to know. */
export class HubLists {
  readonly #host: Pick<Host, 'http' | 'clock' | 'log'>
  readonly #urls: readonly string[]
  readonly #fetched = new Map<string, Fetched>()

  constructor(host: Pick<Host, 'http' | 'clock' | 'log'>, urls: readonly string[]) {
    this.#host = host
    this.#urls = urls
  }

  /** Each hub once, those with the most users first. @throws FaultError of the last list when none can be had */
  async known(signal: AbortSignal): Promise<readonly ListedHub[]> {
    if (this.#urls.length === 0)
      throw fail('input', 'directconnect/no-hub-list', 'The settings name no list of hubs', {
        hint: 'Set directconnect.hubLists.',
      })
    const hubs = new Map<string, ListedHub>()
    let fault: Fault | undefined
    let got = 0
    for (const result of await Promise.allSettled(this.#urls.map((url) => this.#list(url, signal)))) {
      if (result.status === 'rejected') {
        fault = faultOf(result.reason, 'fetch a list of hubs')
        this.#host.log.debug('a list of hubs could not be had', { ...fault })
        continue
      }
      got++
      for (const hub of result.value) if (!hubs.has(hub.address)) hubs.set(hub.address, hub)
    }
    if (got === 0 && fault !== undefined) throw new FaultError(fault)
    return [...hubs.values()].sort((one, other) => (other.people ?? 0) - (one.people ?? 0))
  }

  #list(url: string, signal: AbortSignal): Promise<readonly ListedHub[]> {
    const now = this.#host.clock.now()
    const known = this.#fetched.get(url)
    if (known !== undefined && now - known.at < freshMs) return known.hubs
    const hubs = this.#fetch(url, signal)
    this.#fetched.set(url, { at: now, hubs })
    hubs.catch(() => this.#fetched.delete(url))
    return hubs
  }

  async #fetch(url: string, signal: AbortSignal): Promise<readonly ListedHub[]> {
    const response = await this.#host.http.request({ url, signal })
    if (response.status !== 200)
      throw fail('unavailable', 'directconnect/hub-list', `${url} answers ${response.status} instead of a list of hubs`)
    const body = await readBody(response, mostPackedBytes, tooLong)
    return readHubList(body[0] === 0x42 && body[1] === 0x5a && body[2] === 0x68 ? unpacked(body) : body)
  }
}

function unpacked(body: Uint8Array): Uint8Array {
  const list = bunzip2()
  const parts: Uint8Array[] = []
  let length = 0
  function take(part: Uint8Array): void {
    length += part.length
    if (length > mostBytes) throw tooLong()
    parts.push(part)
  }
  for (const part of list.push(body)) take(part)
  for (const part of list.end()) take(part)
  return concat(parts)
}

function tooLong(): Error {
  return fail('peer', 'directconnect/hub-list', 'The list of hubs is larger than any honest one')
}
