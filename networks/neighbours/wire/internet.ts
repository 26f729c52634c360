import type { InternetTerms } from '@kith/core/offer/internet.ts'
import { type BencodeDict, decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { parseHostPort } from '@kith/wire/host-port.ts'
import { percentDecode, percentEncode } from '@kith/wire/percent.ts'
import type { Place } from '../internet/places.ts'
import { isHostName } from './socks.ts'
import { MOST_MESSAGE_BYTES } from './messages.ts'

/** Places in one grant. */
export const MOST_PLACES = 64
/** A name, a port and some more. */
const LONGEST_PLACE = 260

type Fields = { [key: string]: number | string[] }
const numbers = ['until', 'volume', 'down', 'up'] as const

export function termsFields(terms: InternetTerms): Fields {
  const fields: Fields = { allowed: [...terms.allowed], refused: [...terms.refused] }
  for (const key of numbers) if (terms[key] !== undefined) fields[key] = terms[key]
  return { ...fields, home: Number(terms.home), whole: Number(terms.whole) }
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function termsIn(dict: BencodeDict): InternetTerms {
  const given: { until?: number; volume?: number; down?: number; up?: number } = {}
  for (const key of numbers) {
    const number = dict.integer(key)
    if (number === undefined) continue
    if (number < 0) throw broken('neighbours/message', `“${key}” is less than nothing`)
    given[key] = number
  }
  return {
    ...given,
    allowed: placesIn(dict, 'allowed'),
    refused: placesIn(dict, 'refused'),
    home: dict.needInteger('home') === 1,
    whole: dict.needInteger('whole') === 1,
  }
}

function placesIn(dict: BencodeDict, key: string): readonly string[] {
  const places = [...(dict.list(key)?.needBytes() ?? [])].map(lossyText)
  if (places.length <= MOST_PLACES && places.every((place) => place.length <= LONGEST_PLACE)) return places
  throw broken('neighbours/message', 'A grant has too many places')
}

export function encodeTerms(terms: InternetTerms): Uint8Array {
  return encode(termsFields(terms))
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodeTerms(bytes: Uint8Array): InternetTerms {
  return termsIn(decodeDict(bytes, { maxBytes: MOST_MESSAGE_BYTES, maxDepth: 3, maxItems: 1_024 }))
}

/** Where a tunnel is to lead, in the path of its question. */
export function placePath({ host, port }: Place): string {
  return percentEncode(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
}

/** Undefined for what is no place. */
export function placeInPath(path: string): Place | undefined {
  const place = parseHostPort(percentDecode(path))
  return place !== undefined && isHostName(place.host) ? place : undefined
}
