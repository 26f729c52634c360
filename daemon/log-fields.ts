import { faultOf, FaultError } from '@kith/core/fault/fault.ts'

/** Deeper things are not told: a log is no dump. */
const deepest = 4
const mostItems = 50
const longestText = 2_000
/** A digest and an address of a peer are told in hexadecimal. */
const mostBytes = 64

type Fields = Readonly<Record<string, unknown>>

/** Fields as JSON can have them: errors as their parts, bytes in hexadecimal, circles and depths cut. */
export function plain(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, simple(one, 0)]))
}

function simple(one: unknown, depth: number): unknown {
  switch (typeof one) {
    case 'string':
      return one.length > longestText ? `${one.slice(0, longestText)}…` : one
    case 'bigint':
    case 'symbol':
    case 'function':
      return String(one).slice(0, longestText)
    case 'object':
      return one === null ? null : simpleObject(one, depth)
    case 'boolean':
    case 'number':
    case 'undefined':
      return one
  }
}

function simpleObject(one: object, depth: number): unknown {
  if (one instanceof Uint8Array) return one.subarray(0, mostBytes).toHex() + (one.length > mostBytes ? '…' : '')
  if (one instanceof Date) return Number.isNaN(one.getTime()) ? 'Invalid Date' : one.toISOString()
  if (depth === deepest) return '…'
  if (one instanceof FaultError) return simple(faultOf(one), depth)
  if (one instanceof Error) return { name: one.name, message: one.message, stack: simple(one.stack, depth + 1) }
  if (Array.isArray(one)) return one.slice(0, mostItems).map((item) => simple(item, depth + 1))
  if (one instanceof Map || one instanceof Set) return simple([...one].slice(0, mostItems), depth)
  const entries = Object.entries(one).slice(0, mostItems)
  return Object.fromEntries(entries.map(([key, item]) => [key, simple(item, depth + 1)]))
}

/** Shortens what tells who and what: IP addresses to their network, digests to their beginning. */
export function redacted(fields: Fields): Fields {
  return veil(fields) as Fields
}

function veil(one: unknown): unknown {
  if (typeof one === 'string') return veilText(one)
  if (Array.isArray(one)) return one.map(veil)
  if (typeof one !== 'object' || one === null) return one
  return Object.fromEntries(Object.entries(one).map(([key, item]) => [veilText(key), veil(item)]))
}

function veilText(text: string): string {
  return text
    .replaceAll(/\b(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b/g, '$1.x.x')
    .replaceAll(/\b([0-9a-f]{1,4}:[0-9a-f]{0,4}):[0-9a-f:]*:[0-9a-f]{0,4}(?:%\w+)?/gi, '$1:x')
    .replaceAll(/\b([0-9a-f]{6})[0-9a-f]{26,}\b/gi, '$1…')
    .replaceAll(/\b([A-Z2-7]{6})[A-Z2-7]{26,}\b/g, '$1…')
}
