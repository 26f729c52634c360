import { broken } from '../fault.ts'

/** Lists and conditions of one `If` header: a client holds some locks, not thousands. */
const MOST_CONDITIONS = 256
/** A lock that is not kept is over after this, in seconds; and what one gets that says nothing. */
const LONGEST_LOCK_SECONDS = 3_600

/** RFC 4918 10.4: one of the lists has to hold, each with all that is in it. */
export interface IfList {
  /** The resource that it is about, as it was written; without it the one that was asked for. */
  readonly resource?: string
  readonly conditions: readonly IfCondition[]
}

export type IfCondition = { readonly not: boolean } & ({ readonly token: string } | { readonly etag: string })

const piece = /[ \t]*(?:<([^<>]{1,2048})>|(\()|(\))|(not)(?=[ \t<[])|\[((?:W\/)?"[^"\]]{0,512}")\])[ \t]*/iy

/** @throws FaultError `peer` `dav/header` */
export function parseIf(text: string): readonly IfList[] {
  const lists: IfList[] = []
  let resource: string | undefined
  let inside: IfCondition[] | undefined
  let not = false
  let count = 0
  piece.lastIndex = 0
  while (piece.lastIndex < text.length) {
    const match = piece.exec(text)
    if (match === null || ++count > MOST_CONDITIONS) throw wrong('If')
    const [, uri, open, close, negated, etag] = match
    if (inside === undefined) {
      if (open !== undefined) inside = []
      else if (uri !== undefined) resource = uri
      else throw wrong('If')
    } else if (close !== undefined) {
      if (inside.length === 0 || not) throw wrong('If')
      lists.push({ ...(resource === undefined ? {} : { resource }), conditions: inside })
      inside = undefined
    } else if (negated !== undefined && !not) not = true
    else {
      if (uri !== undefined) inside.push({ not, token: uri })
      else if (etag !== undefined) inside.push({ not, etag })
      else throw wrong('If')
      not = false
    }
  }
  if (inside !== undefined || lists.length === 0) throw wrong('If')
  return lists
}

/** `Depth`; the default is what the method says. @throws FaultError `peer` `dav/header` */
export function parseDepth(text: string | undefined): 0 | 1 | 'infinity' | undefined {
  switch (text?.trim().toLowerCase()) {
    case undefined:
      return undefined
    case '0':
      return 0
    case '1':
      return 1
    case 'infinity':
      return 'infinity'
    default:
      throw wrong('Depth')
  }
}

/** `Timeout: Second-600, Infinite`: the first that can be read, in seconds, and no longer than we keep a lock. */
export function parseTimeout(text: string | undefined): number {
  for (const one of text?.split(',', 16) ?? []) {
    const seconds = /^second-(\d{1,10})$/i.exec(one.trim())?.[1]
    if (seconds !== undefined) return Math.min(Math.max(Number(seconds), 1), LONGEST_LOCK_SECONDS)
  }
  return LONGEST_LOCK_SECONDS
}

/** `Lock-Token: <opaquelocktoken:…>`. @throws FaultError `peer` `dav/header` */
export function parseLockToken(text: string): string {
  const token = /^\s*<([^<>]{1,2048})>\s*$/.exec(text)?.[1]
  if (token === undefined) throw wrong('Lock-Token')
  return token
}

/** Bytes `start` to `end`, the end not included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * One range of bytes (RFC 9110 14.1.2). Several, or what makes no sense, are passed over, as they may be: the whole is the
 * answer. `none` where the range begins beyond the end.
 */
export function parseRange(text: string | undefined, size: number): ByteRange | 'none' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text?.replaceAll(/[ \t]/g, '') ?? '')
  const [, first, last] = match ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '')
    return Number(last) === 0 || size === 0 ? 'none' : { start: Math.max(size - Number(last), 0), end: size }
  const start = Number(first)
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  if (last !== '' && Number(last) < start) return undefined
  return start >= size ? 'none' : { start, end }
}

/** `Authorization: Basic …` (RFC 7617), read as UTF-8. */
export function parseBasic(text: string | undefined): { readonly name: string; readonly password: string } | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]{1,2048}={0,2})$/i.exec(text?.trim() ?? '') ?? []
  if (encoded === undefined) return undefined
  let both: string
  try {
    both = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.fromBase64(encoded))
  } catch {
    return undefined
  }
  const colon = both.indexOf(':')
  return colon < 0 ? undefined : { name: both.slice(0, colon), password: both.slice(colon + 1) }
}

/** Whether a list of tags (`If-Match`, `If-None-Match`) names this one; `*` names whatever is there. */
export function namesEtag(text: string, etag: string | undefined): boolean {
  if (text.trim() === '*') return etag !== undefined
  return etag !== undefined && text.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

function wrong(name: string): Error {
  return broken('dav/header', `The header ${name} cannot be read`)
}
