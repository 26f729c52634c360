import { fail } from '@kith/core/fault/fault.ts'
import { parseKeyprint } from './keyprint.ts'

/** What NMDC hubs listen on when an address does not say. */
const classicPort = 411
const longestAddress = 2_048
const longestDescription = 128

/** Where a hub is, and how we are there: everything that one favourite needs. */
export interface HubAddress {
  readonly protocol: 'adc' | 'nmdc'
  readonly tls: boolean
  readonly host: string
  readonly port: number
  /** SHA-256 of the only certificate that the hub may show. */
  readonly keyprint?: Uint8Array
  /** Instead of the usual one. */
  readonly nick?: string
  readonly password?: string
  /** What an NMDC hub writes texts in, by a label of the Encoding standard; windows-1252 without it. */
  readonly charset?: string
  /** Whether users of this hub can reach us; as set for all hubs without it. */
  readonly mode?: 'active' | 'passive'
  /** What we say of ourselves there, instead of the usual. */
  readonly description?: string
  /** False where nothing of ours is to be seen or taken. */
  readonly share?: boolean
}

const protocols: Readonly<Record<string, Pick<HubAddress, 'protocol' | 'tls'>>> = {
  adc: { protocol: 'adc', tls: false },
  adcs: { protocol: 'adc', tls: true },
  dchub: { protocol: 'nmdc', tls: false },
  nmdc: { protocol: 'nmdc', tls: false },
  nmdcs: { protocol: 'nmdc', tls: true },
}

/**
 * Reads `adc://host:port`, `adcs://…/?kp=SHA256/…`, `dchub://host`, `nmdcs://…`, or a bare `host:port`, which is NMDC. Own
 * settings may be in it: `adc://nick:password@host:port/?mode=passive`, `dchub://host/?charset=windows-1251`,
 * `?description=Hello`, `?share=no`.
 *
 * @throws FaultError `input` `directconnect/hub-address`
 */
export function parseHubAddress(text: string): HubAddress {
  const trimmed = text.trim()
  const match =
    /^(?:([a-z]+):\/\/)?(?:([^@/]*)@)?(\[[0-9a-f:.]+\]|[^:/?#@\s[\]]+)(?::(\d{1,5}))?(?:\/[^?#]*)?(?:\?([^#]*))?$/i.exec(
      trimmed,
    )
  const kind = match === null ? undefined : protocols[(match[1] ?? 'dchub').toLowerCase()]
  if (match === null || kind === undefined || trimmed.length > longestAddress) throw bad(trimmed)
  const port = match[4] === undefined ? (kind.protocol === 'nmdc' ? classicPort : 0) : Number(match[4])
  if (port < 1 || port > 65_535) throw bad(trimmed)
  const [nick, ...password] = (match[2] ?? '').split(':')
  const more = new URLSearchParams(match[5] ?? '')
  const kp = more.get('kp')
  const keyprint = kp === null ? undefined : parseKeyprint(kp)
  if (kp !== null && keyprint === undefined) throw bad(trimmed)
  const charset = more.get('charset')
  const mode = more.get('mode')
  if (mode !== null && mode !== 'active' && mode !== 'passive') throw bad(trimmed)
  const description = more.get('description')
  const share = more.get('share')
  if (share !== null && share !== 'yes' && share !== 'no') throw bad(trimmed)
  return {
    ...kind,
    host: match[3]!.replace(/^\[|\]$/g, '').toLowerCase(),
    port,
    ...(keyprint === undefined ? {} : { keyprint }),
    ...(nick === undefined || nick === '' ? {} : { nick: decoded(nick, trimmed) }),
    ...(password.length === 0 ? {} : { password: decoded(password.join(':'), trimmed) }),
    ...(charset === null ? {} : { charset: charsetIn(charset, trimmed) }),
    ...(mode === null ? {} : { mode }),
    ...(description === null ? {} : { description: description.slice(0, longestDescription) }),
    ...(share === null ? {} : { share: share === 'yes' }),
  }
}

/** The address as people pass it on: without nick and password. */
export function publicAddress(hub: HubAddress): string {
  const scheme = `${hub.protocol === 'adc' ? 'adc' : hub.tls ? 'nmdc' : 'dchub'}${hub.tls ? 's' : ''}`
  const host = hub.host.includes(':') ? `[${hub.host}]` : hub.host
  return `${scheme}://${host}:${hub.port}`
}

function decoded(text: string, whole: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw bad(whole)
  }
}

function charsetIn(label: string, whole: string): string {
  try {
    return new TextDecoder(label).encoding
  } catch {
    throw bad(whole)
  }
}

function bad(text: string): Error {
  return fail('input', 'directconnect/hub-address', `“${text.slice(0, 80)}” is no address of a hub`, {
    hint: 'It looks like adc://host:port, adcs://host:port or dchub://host:411.',
  })
}
