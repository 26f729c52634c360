import { lossyText } from './bytes.ts'
import { broken } from './fault.ts'
import { elementsOf, textOf, type XmlElement } from './xml/element.ts'
import { readXml } from './xml/read.ts'
import { escapeXml } from './xml/write.ts'

/**
 * What is said to a router by UPnP (Device Architecture 2.0): found by a datagram to a group, described by a document, and
 * asked by SOAP. Here for the holes in a firewall of IPv6 (WANIPv6FirewallControl 1, of Internet Gateway Device 2).
 */
export const SSDP_PORT = 1_900
/** All that speak it on the link. */
export const SSDP_GROUP_V6 = 'ff02::c'
export const FIREWALL_CONTROL = 'urn:schemas-upnp-org:service:WANIPv6FirewallControl:1'
/** Descriptions of routers have some ten thousand. */
export const MOST_UPNP_BYTES: number = 256 * 1024
/** Longer names of places no router has. */
const LONGEST_URL = 1_024
/** A line of an answer to a search. */
const MOST_LINES = 64

/** @param seconds within which they may answer */
export function searchFor(type: string, group: string, seconds: number): Uint8Array<ArrayBuffer> {
  const host = group.includes(':') ? `[${group}]` : group
  const lines = [
    'M-SEARCH * HTTP/1.1',
    `HOST: ${host}:${SSDP_PORT}`,
    'MAN: "ssdp:discover"',
    `MX: ${seconds}`,
    `ST: ${type}`,
  ]
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`)
}

/** Where the description of what was found is. @throws FaultError `peer` `wire/upnp` */
export function parseFoundDevice(bytes: Uint8Array): { readonly location: string; readonly type: string } {
  const [status, ...lines] = lossyText(bytes).split(/\r?\n/, MOST_LINES)
  if (!/^HTTP\/1\.[01] 200\b/.test(status ?? '')) throw nonsense()
  const header = (name: string): string => {
    const line = lines.find((one) => one.slice(0, name.length + 1).toLowerCase() === `${name}:`)
    return line?.slice(name.length + 1).trim() ?? ''
  }
  const location = header('location')
  if (!isPlace(location)) throw nonsense()
  return { location: new URL(location).href, type: header('st') }
}

function isPlace(text: string): boolean {
  return text.length <= LONGEST_URL && URL.canParse(text) && new URL(text).protocol === 'http:'
}

/**
 * Where a service is asked, by the description of the device that has it; undefined when it has none such.
 * @throws FaultError `peer` `wire/upnp`, `xml/…`
 */
export function controlOf(description: Uint8Array, location: string, type: string): string | undefined {
  if (description.length > MOST_UPNP_BYTES) throw nonsense()
  const root = readXml(description)
  const base = text(root, 'URLBase') || location
  for (const service of named(root, 'service')) {
    if (text(service, 'serviceType') !== type) continue
    const path = text(service, 'controlURL')
    const url = URL.canParse(path, base) ? new URL(path, base).href : ''
    if (path === '' || !isPlace(url)) throw nonsense()
    return url
  }
  return undefined
}

/** A question; its values are in the order of the service's description. */
export function askAction(
  type: string,
  action: string,
  values: readonly (readonly [name: string, value: string])[],
): { readonly action: string; readonly body: Uint8Array<ArrayBuffer> } {
  const inside = values.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('')
  const body = `<?xml version="1.0"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">
<s:Body><u:${action} xmlns:u="${type}">${inside}</u:${action}></s:Body></s:Envelope>`
  return { action: `"${type}#${action}"`, body: new TextEncoder().encode(body) }
}

export type UpnpAnswer =
  | { readonly kind: 'done'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'refused'; readonly code: number; readonly reason: string }

/** UPnP Device Architecture 2.0, 3.2.6; WANIPv6FirewallControl 1, 2.5. */
const results: Readonly<Record<number, string>> = {
  401: 'it does not know what that is',
  402: 'it could not read the question',
  501: 'it failed at it',
  606: 'it does not allow that',
  701: 'it has no room left',
  702: 'its firewall is off, and everything comes in',
  703: 'it does not allow that for IPv6',
  704: 'it does not know that hole any more',
  705: 'it does not do that for TCP or UDP',
  708: 'it wants to know who asks',
  709: 'nothing has come by there',
}

/** What a router answers to one question. @throws FaultError `peer` `wire/upnp`, `xml/…` */
export function parseAction(bytes: Uint8Array, action: string): UpnpAnswer {
  if (bytes.length > MOST_UPNP_BYTES) throw nonsense()
  const root = readXml(bytes)
  const [answer] = named(root, `${action}Response`)
  if (answer !== undefined) {
    const values = elementsOf(answer).map((one): [string, string] => [one.name, textOf(one).trim()])
    return { kind: 'done', values: new Map(values) }
  }
  const [error] = named(root, 'UPnPError')
  const said = error === undefined ? '' : text(error, 'errorCode')
  if (!/^\d{1,4}$/.test(said)) throw nonsense()
  const code = Number(said)
  return { kind: 'refused', code, reason: results[code] ?? `it gives the code ${code}` }
}

/** Elements of a name at any depth, whatever their namespace: routers differ in it. */
function* named(around: XmlElement, name: string): Generator<XmlElement> {
  for (const one of elementsOf(around)) {
    if (one.name === name) yield one
    yield* named(one, name)
  }
}

function text(around: XmlElement, name: string): string {
  const found = elementsOf(around).find((one) => one.name === name)
  return found === undefined ? '' : textOf(found).trim()
}

function nonsense(): Error {
  return broken('wire/upnp', 'A router answers by UPnP with nonsense')
}
