import type { Attached } from '@kith/core/network/net.ts'
import type { InternetTerms } from '@kith/core/offer/internet.ts'
import { addressBytes, isWithin } from '@kith/wire/ip-address.ts'
import { type Nat64Prefix, translatedBy } from '@kith/wire/nat64.ts'

/** Where somebody wants to go: a name or an address, and a port. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** A line of `allowed` or `refused`. */
interface Rule {
  readonly port: number | undefined
  readonly names: string | undefined
  readonly network: { readonly bytes: Uint8Array; readonly prefix: number } | undefined
}

/**
 * `*`, a name with all below it, an address or a network (`192.0.2.0/24`, `2001:db8::/32`), each perhaps with a port:
 * `*:25`, `[2001:db8::/32]:80`. Undefined for what is none of these.
 */
function parseRule(text: string): Rule | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)|([^[\]]*:[^[\]]*:[^[\]]*))(?::(\d{1,5}))?$/.exec(text.trim().toLowerCase())
  const host = match?.[1] ?? match?.[2] ?? match?.[3]
  const port = match?.[4] === undefined ? undefined : Number(match[4])
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined
  if (host === '*') return { port, names: undefined, network: undefined }
  const [address, bits, ...more] = host.split('/')
  const bytes = addressBytes(address ?? '')
  if (bytes !== undefined && more.length === 0) {
    const prefix = bits === undefined ? bytes.length * 8 : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
    return prefix <= bytes.length * 8 ? { port, names: undefined, network: { bytes, prefix } } : undefined
  }
  const name = host.replace(/^\*\./, '').replace(/\.$/, '')
  return /^[\w-]+(?:\.[\w-]+)*$/.test(name) ? { port, names: name, network: undefined } : undefined
}

export function isRule(text: string): boolean {
  return parseRule(text) !== undefined
}

/** Whether a rule is about names, which packets do not have. */
export function isByName(text: string): boolean {
  return parseRule(text)?.names !== undefined
}

function applies({ port, names, network }: Rule, place: Place, address: Uint8Array): boolean {
  if (port !== undefined && port !== place.port) return false
  if (network !== undefined) return isWithin(address, network.bytes, network.prefix)
  if (names === undefined) return true
  const asked = place.host.toLowerCase().replace(/\.$/, '')
  return asked === names || asked.endsWith(`.${names}`)
}

/** What is not the internet (RFC 6890): this machine, private and shared networks, links, groups, and what is kept for later. */
const beyond: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['ff00::', 8],
]
const local: readonly (readonly [string, number])[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  // A network's own translator to IPv4 (RFC 8215), which may lead to its machines.
  ['64:ff9b:1::', 48],
]
/** Version 4 inside version 6: translated (RFC 6052, RFC 2765), mapped (RFC 4291) and by way of 6to4 (RFC 3056). */
const carriers: readonly (readonly [string, number, number])[] = [
  ['64:ff9b::', 96, 12],
  ['64:ff9b:1::', 48, 12],
  ['::ffff:0:0', 96, 12],
  ['::ffff:0:0:0', 96, 12],
  ['2002::', 16, 2],
]

function among(address: Uint8Array, networks: readonly (readonly [string, number])[]): boolean {
  return networks.some(([text, prefix]) => isWithin(address, addressBytes(text)!, prefix))
}

/** The machine of who lends, as far as it matters where others may go. */
export interface LenderMachine {
  isOwn(host: string): boolean
  attached(): readonly Attached[]
  /** How the networks around it translate to IPv4; undefined while that is not known yet. */
  translators(): readonly Nat64Prefix[] | undefined
}

/**
 * Whether a borrower may go to an address, which the place has when it is a name. Never to this machine, whatever is
 * allowed; to its local networks only with `home`; by a translator as to the address of IPv4 that it leads to.
 */
export function mayReach(
  { allowed, refused, home }: Pick<InternetTerms, 'allowed' | 'refused' | 'home'>,
  machine: LenderMachine,
  place: Place,
  address: string,
): boolean {
  const bytes = addressBytes(address)
  if (bytes === undefined || !(place.port >= 0 && place.port <= 65_535)) return false
  if (!home && among(bytes, local)) return false
  const terms = { allowed, refused, home }
  for (const [text, prefix, at] of carriers) {
    if (bytes.length !== 16 || !isWithin(bytes, addressBytes(text)!, prefix)) continue
    return mayReach(terms, machine, place, bytes.subarray(at, at + 4).join('.'))
  }
  if (machine.isOwn(address) || among(bytes, beyond)) return false
  if (!home && isAttached(machine, bytes)) return false
  const hit = (text: string): boolean => {
    const rule = parseRule(text)
    return rule !== undefined && applies(rule, place, bytes)
  }
  if (refused.some(hit)) return false
  const translated = translations(machine, bytes)
  if (translated === undefined) return false
  if (translated.length > 0) return translated.every((v4) => mayReach(terms, machine, place, v4.join('.')))
  return allowed.length === 0 || allowed.some(hit)
}

/** The addresses of IPv4 that translators around make of one of IPv6; undefined while nobody knows. */
function translations(machine: LenderMachine, bytes: Uint8Array): readonly Uint8Array[] | undefined {
  if (bytes.length !== 16) return []
  return machine.translators()?.flatMap((prefix) => translatedBy(bytes, prefix) ?? [])
}

/** In the networks around this machine others live that trust it, whatever addresses they have. */
function isAttached(machine: LenderMachine, bytes: Uint8Array): boolean {
  return machine.attached().some(({ host, prefix }) => {
    const own = addressBytes(host.replace(/%.*$/, ''))
    return prefix > 0 && own !== undefined && isWithin(bytes, own, prefix)
  })
}
