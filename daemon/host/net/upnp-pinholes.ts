import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { fail } from '@kith/core/fault/fault.ts'
import { attempt } from '@kith/wire/fault.ts'
import { isWithin, addressBytes } from '@kith/wire/ip-address.ts'
import type { PcpProtocol } from '@kith/wire/pcp.ts'
import {
  askAction,
  controlOf,
  FIREWALL_CONTROL,
  MOST_UPNP_BYTES,
  parseAction,
  parseFoundDevice,
  searchFor,
  SSDP_GROUP_V6,
  SSDP_PORT,
  type UpnpAnswer,
} from '@kith/wire/upnp.ts'
import { noRouter, refusal, type RouterWorld } from './ask-router.ts'
import { LIFETIME_S, type Opened } from './door.ts'

/** Numbers of IANA, as the service wants them. */
const protocols: Readonly<Record<PcpProtocol, string>> = { tcp: '6', udp: '17' }
/** Within which routers answer a search, and how often it is sent: datagrams get lost. */
const SEARCH_S = 1
const SEARCHES = 3
const SEARCH_AGAIN_MS = 1_200
const ANSWER_MS = 5_000
/** WANIPv6FirewallControl 1, 2.5: it is forgotten by then. */
const NO_SUCH_HOLE = 704
const FIREWALL_OFF = 702

/**
 * Holes in the IPv6 firewall of a router, for one address of ours, by UPnP. Routers want to be asked from the very address that
 * is to be reached.
 */
export class UpnpPinholes {
  readonly #world: RouterWorld
  readonly #address: string
  readonly #device: string | undefined
  /** Ids of the router's. */
  readonly #holes = new Map<PcpProtocol, string>()
  #control: URL | undefined

  /** @param device the interface that leads to the router, where it is known */
  constructor(world: RouterWorld, address: string, device: string | undefined) {
    this.#world = world
    this.#address = address
    this.#device = device
  }

  /** Opens the port for TCP and UDP, or keeps it open. @throws FaultError `unavailable` `net/no-router`, `net/not-mapped` */
  async open(port: number, signal: AbortSignal): Promise<Opened> {
    this.#control ??= await this.#find(signal)
    for (const protocol of ['tcp', 'udp'] as const) {
      if (!(await this.#renew(protocol, signal))) await this.#add(protocol, port, signal)
    }
    return { at: { host: this.#address, port }, lifetime: LIFETIME_S }
  }

  async shut(signal: AbortSignal): Promise<void> {
    for (const id of this.#holes.values()) await this.#ask('DeletePinhole', [['UniqueID', id]], signal)
    this.#holes.clear()
  }

  async #renew(protocol: PcpProtocol, signal: AbortSignal): Promise<boolean> {
    const id = this.#holes.get(protocol)
    if (id === undefined) return false
    const lease = [
      ['UniqueID', id],
      ['NewLeaseTime', String(LIFETIME_S)],
    ] as const
    const answer = await this.#ask('UpdatePinhole', lease, signal)
    if (answer.kind === 'done') return true
    this.#holes.delete(protocol)
    if (answer.code === NO_SUCH_HOLE) return false
    throw refusal(answer.reason)
  }

  async #add(protocol: PcpProtocol, port: number, signal: AbortSignal): Promise<void> {
    const answer = await this.#ask(
      'AddPinhole',
      [
        // Whoever it is, from whatever port.
        ['RemoteHost', ''],
        ['RemotePort', '0'],
        ['InternalClient', this.#address],
        ['InternalPort', String(port)],
        ['Protocol', protocols[protocol]],
        ['LeaseTime', String(LIFETIME_S)],
      ],
      signal,
    )
    if (answer.kind === 'done') {
      const id = answer.values.get('UniqueID')
      if (id === undefined || !/^\d{1,5}$/.test(id)) throw refusal('its answer makes no sense')
      this.#holes.set(protocol, id)
    } else if (answer.code !== FIREWALL_OFF) throw refusal(answer.reason)
  }

  async #ask(name: string, values: readonly (readonly [string, string])[], signal: AbortSignal): Promise<UpnpAnswer> {
    if (this.#control === undefined) throw noRouter()
    const { action, body } = askAction(FIREWALL_CONTROL, name, values)
    const headers = { 'content-type': 'text/xml; charset="utf-8"', soapaction: action }
    const bytes = await this.#http(this.#control, { method: 'POST', headers, body }, signal)
    const read = attempt(() => parseAction(bytes, name), 'unavailable')
    if (!read.ok) throw refusal('its answer makes no sense')
    return read.value
  }

  /** A router of this link that has the service. @throws FaultError `unavailable` `net/no-router` */
  async #find(signal: AbortSignal): Promise<URL> {
    const { clock, datagrams } = this.#world
    const found = Promise.withResolvers<string>()
    const late = fail('unavailable', 'net/no-router', 'No router answers by UPnP over IPv6')
    await using socket = await datagrams({
      host: this.#address,
      receive: (_from, bytes) => {
        const read = attempt(() => parseFoundDevice(bytes))
        if (read.ok && read.value.type === FIREWALL_CONTROL && this.#isNear(read.value.location)) {
          found.resolve(read.value.location)
        }
      },
    })
    const abort = (): void => found.reject(signal.reason as Error)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    let timer: Disposable | undefined
    const search = (left: number): void => {
      if (left === 0) return found.reject(late)
      const host = this.#device === undefined ? SSDP_GROUP_V6 : `${SSDP_GROUP_V6}%${this.#device}`
      socket.send({ host, port: SSDP_PORT }, searchFor(FIREWALL_CONTROL, SSDP_GROUP_V6, SEARCH_S))
      timer = clock.after(SEARCH_AGAIN_MS, () => search(left - 1))
    }
    search(SEARCHES)
    try {
      const location = await found.promise
      const description = await this.#http(new URL(location), { method: 'GET' }, signal)
      const control = attempt(() => controlOf(description, location, FIREWALL_CONTROL))
      if (!control.ok || control.value === undefined || !this.#isNear(control.value)) throw noRouter()
      return new URL(control.value)
    } finally {
      timer?.[Symbol.dispose]()
      signal.removeEventListener('abort', abort)
    }
  }

  /** Somebody near may say that he is a router; he sends us to no other place than one that is near, and none of our own. */
  #isNear(location: string): boolean {
    const host = new URL(location).hostname.replace(/^\[|\]$/g, '')
    const bytes = addressBytes(host)
    if (bytes?.length !== 16) return false
    if (/^fe[89ab]/.test(host)) return this.#device !== undefined
    const around = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
    if (around.some(({ address }) => address === host)) return false
    return around.some(({ address, cidr, internal }) => {
      const own = addressBytes(address)
      return !internal && own !== undefined && isWithin(bytes, own, Number(cidr?.split('/')[1]))
    })
  }

  async #http(
    url: URL,
    { method, headers = {}, body }: { method: string; headers?: Record<string, string>; body?: Uint8Array },
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
    try {
      return await new Promise((resolve, reject) => {
        const asked = request({
          host: /^fe[89ab]/.test(host) ? `${host}%${this.#device}` : host,
          port: url.port === '' ? 80 : Number(url.port),
          path: url.pathname + url.search,
          method,
          headers: { host: url.host, connection: 'close', 'content-length': body?.length ?? 0, ...headers },
          localAddress: this.#address,
          agent: false,
          signal: limit,
        })
        asked.on('error', reject)
        asked.on('response', (response) => {
          const parts: Buffer[] = []
          let length = 0
          response.on('error', reject)
          response.on('data', (part: Buffer) => {
            length += part.length
            if (length > MOST_UPNP_BYTES) response.destroy(new Error('the answer is too long'))
            else parts.push(part)
          })
          response.on('end', () => resolve(Buffer.concat(parts)))
        })
        asked.end(body)
      })
    } catch (cause) {
      signal.throwIfAborted()
      throw fail('unavailable', 'net/no-router', 'The router does not answer by UPnP over IPv6', { cause })
    }
  }
}
