import { fail } from '@kith/core/fault/fault.ts'
import { formatHostPort, type HostPort, parseHostPort } from '@kith/wire/host-port.ts'
import { deviceId, idBytes } from './device-id.ts'
import { shownName } from './messages.ts'

/** 128 bits: nobody guesses it in the time that it is good for. */
export const SECRET_BYTES = 16
/** More would make a QR code that no camera reads. */
export const MOST_INVITED_AT = 8
const LONGEST_LINK = 2_048
const SCHEME = 'kith:pair?'
const WRONG = 'The invitation is not whole'

/** What a link of invitation says. */
export interface Invitation {
  /** Who invites: the id of a device, so that nobody else can stand in its place. */
  readonly device: string
  readonly name: string
  readonly secret: Uint8Array
  /** Milliseconds since the epoch, in whole seconds. */
  readonly until: number
  /** Names or addresses where the device may be reached, the likeliest first. */
  readonly addresses: readonly HostPort[]
}

export function isInvitation(text: string): boolean {
  return text.trimStart().slice(0, SCHEME.length).toLowerCase() === SCHEME
}

/**
 * `kith:pair?d=…&k=…&u=…&a=…&n=…`: `d` the device and `k` the secret in base64url, `u` the end in seconds since the epoch,
 * each `a` an address, `n` the name. Short, for it is read by cameras as well.
 */
export function formatInvitation({ device, name, secret, until, addresses }: Invitation): string {
  const places = addresses.slice(0, MOST_INVITED_AT).map((one) => `&a=${formatHostPort(one)}`)
  const end = Math.floor(until / 1000)
  return `${SCHEME}d=${short(idBytes(device))}&k=${short(secret)}&u=${end}${places.join('')}&n=${encodeURIComponent(name)}`
}

/** @throws FaultError `input` `neighbours/invitation` */
export function parseInvitation(text: string): Invitation {
  const link = text.trim()
  const said = new URLSearchParams(link.slice(SCHEME.length))
  const device = long(said.get('d') ?? '')
  const secret = long(said.get('k') ?? '')
  const seconds = /^\d{1,11}$/.test(said.get('u') ?? '') ? Number(said.get('u')) : undefined
  const whole = isInvitation(link) && link.length <= LONGEST_LINK
  if (!whole || device?.length !== 32 || secret?.length !== SECRET_BYTES || seconds === undefined) {
    throw fail('input', 'neighbours/invitation', WRONG, { hint: 'Copy it again, from “kith:pair” to its end.' })
  }
  return {
    device: deviceId(device),
    name: shownName(said.get('n') ?? ''),
    secret,
    until: seconds * 1000,
    addresses: said
      .getAll('a')
      .slice(0, MOST_INVITED_AT)
      .flatMap((one) => parseHostPort(one) ?? []),
  }
}

function short(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

function long(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet: 'base64url', lastChunkHandling: 'loose' })
  } catch {
    return undefined
  }
}
