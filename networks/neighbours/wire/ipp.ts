import { fromLatin1, latin1, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { Reader } from '@kith/wire/reader.ts'
import { Writer } from '@kith/wire/writer.ts'

/**
 * Messages of the Internet Printing Protocol (RFC 8010): a few numbers, and groups of attributes. What follows a message
 * in the same body, the document, is not looked at. Values stay as they came, so that what is passed on is the same to
 * the byte; the accessors read those that we need.
 */

/** A request has some dozens of attributes; its longest are names of fonts and media of a job. */
export const MOST_REQUEST_BYTES: number = 128 * 1024
/** Printers that know hundreds of media describe each one. */
export const MOST_ANSWER_BYTES: number = 4 * 1024 * 1024
/** The longest answers that were seen have some ten thousand. */
const MOST_VALUES = 65_536
/** Collections in collections: media-col has two levels. */
const MOST_DEPTH = 8
/** Version, code, and the number of the request. */
const HEADER_BYTES = 8

/** What begins a group (RFC 8010 3.5.1). */
export const groupTag = { operation: 0x01, job: 0x02, end: 0x03, printer: 0x04 } as const
/** What a value is (RFC 8010 3.5.2). */
export const valueTag = {
  integer: 0x21,
  boolean: 0x22,
  enumeration: 0x23,
  beginCollection: 0x34,
  textWithLanguage: 0x35,
  nameWithLanguage: 0x36,
  endCollection: 0x37,
  text: 0x41,
  name: 0x42,
  keyword: 0x44,
  uri: 0x45,
  charset: 0x47,
  language: 0x48,
  mediaType: 0x49,
} as const
/** Below it are tags of groups. */
const FIRST_VALUE_TAG = 0x10

export interface IppValue {
  readonly tag: number
  readonly bytes: Uint8Array
}

/** A collection stands as it is on the wire: its beginning, the names and values of its members, and its end. */
export interface IppAttribute {
  readonly name: string
  readonly values: readonly IppValue[]
}

export interface IppGroup {
  readonly tag: number
  readonly attributes: readonly IppAttribute[]
}

export interface IppMessage {
  /** 0x0200 is 2.0. */
  readonly version: number
  /** The operation of a request, the status of an answer. */
  readonly code: number
  readonly request: number
  readonly groups: readonly IppGroup[]
}

export function encodeIpp({ version, code, request, groups }: IppMessage): Uint8Array<ArrayBuffer> {
  const writer = new Writer(1_024)
  writer.u16be(version).u16be(code).u32be(request)
  for (const { tag, attributes } of groups) {
    writer.u8(tag)
    for (const { name, values } of attributes) {
      for (const [index, value] of values.entries()) {
        // A further value of the same attribute has no name.
        const bytes = index === 0 ? nameBytes(name) : new Uint8Array()
        writer.u8(value.tag).u16be(bytes.length).bytes(bytes).u16be(value.bytes.length).bytes(value.bytes)
      }
    }
  }
  return writer.u8(groupTag.end).finish()
}

/** Names are ASCII; whatever else comes goes on as it came. */
function nameBytes(name: string): Uint8Array {
  return fromLatin1(name) ?? utf8(name)
}

/**
 * One message and nothing after it. Values are views.
 * @throws FaultError `peer` `neighbours/ipp`, `wire/…`
 */
export function decodeIpp(bytes: Uint8Array): IppMessage {
  const reader = new Reader(bytes)
  const version = reader.u16be()
  const code = reader.u16be()
  const request = reader.u32be()
  const groups: { readonly tag: number; readonly attributes: { name: string; values: IppValue[] }[] }[] = []
  let count = 0
  let depth = 0
  for (;;) {
    const tag = reader.u8()
    if (tag < FIRST_VALUE_TAG) {
      if (depth !== 0) throw broken('neighbours/ipp', 'A collection has no end')
      if (tag === groupTag.end) break
      if (tag === 0) throw broken('neighbours/ipp', 'A group of attributes has no kind')
      groups.push({ tag, attributes: [] })
    } else {
      if (++count > MOST_VALUES) throw broken('neighbours/ipp', 'A message has more values than make sense')
      const name = latin1(reader.bytes(reader.u16be()))
      const value = { tag, bytes: reader.bytes(reader.u16be()) }
      const attributes = groups.at(-1)?.attributes
      if (attributes === undefined) throw broken('neighbours/ipp', 'A value stands outside of all groups')
      if (name !== '' && depth === 0) attributes.push({ name, values: [value] })
      else if (name === '' && attributes.length > 0) attributes.at(-1)!.values.push(value)
      else throw broken('neighbours/ipp', 'A value belongs to no attribute')
      if (tag === valueTag.beginCollection && ++depth > MOST_DEPTH) {
        throw broken('neighbours/ipp', 'Collections are nested too deep')
      }
      if (tag === valueTag.endCollection && --depth < 0) throw broken('neighbours/ipp', 'A collection has no beginning')
    }
  }
  reader.end()
  return { version, code, request, groups }
}

/** Finds the end of a message in a body that arrives in parts. */
export interface IppCutter {
  /**
   * The message and what of the document came with it, once the message is whole.
   * @throws FaultError `peer` `neighbours/ipp`
   */
  push(part: Uint8Array): { readonly head: Uint8Array; readonly rest: Uint8Array } | undefined
}

/** Steps from value to value, so that a message in a thousand parts is still looked at once. */
export function ippCutter(limit: number): IppCutter {
  let held = new Uint8Array(4_096)
  let length = 0
  let at = HEADER_BYTES

  /** The end of the value or tag that begins at `at`, as far as it can be known. */
  function next(): number {
    const tag = held[at]!
    if (tag < FIRST_VALUE_TAG) return at + 1
    const value = at + 3 + u16(at + 1)
    return value + 2 > length || at + 3 > length ? value + 2 : value + 2 + u16(value)
  }

  function u16(from: number): number {
    return ((held[from] ?? 0) << 8) | (held[from + 1] ?? 0)
  }

  return {
    push(part) {
      if (length + part.length > held.length) {
        const larger = new Uint8Array(Math.max(held.length * 2, length + part.length))
        larger.set(held.subarray(0, length))
        held = larger
      }
      held.set(part, length)
      length += part.length
      while (at < length) {
        const end = next()
        if (end > limit) throw broken('neighbours/ipp', 'A print request is longer than makes sense')
        if (end > length) return undefined
        const isLast = held[at] === groupTag.end
        at = end
        if (isLast) return { head: held.slice(0, at), rest: held.slice(at, length) }
      }
      return undefined
    },
  }
}

/** Of the first group of that kind. */
export function attributeOf(message: IppMessage, group: number, name: string): IppAttribute | undefined {
  return message.groups.find(({ tag }) => tag === group)?.attributes.find((one) => one.name === name)
}

/** The text of a value, with or without a language. */
export function textOf({ tag, bytes }: IppValue): string {
  if (tag !== valueTag.textWithLanguage && tag !== valueTag.nameWithLanguage) return lossyText(bytes)
  const language = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
  return lossyText(bytes.subarray(4 + language))
}

/** Undefined for what is not four bytes. */
export function integerOf({ bytes }: IppValue): number | undefined {
  return bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getInt32(0) : undefined
}

export function textValue(tag: number, text: string): IppValue {
  return { tag, bytes: utf8(text) }
}

export function integerValue(tag: number, value: number): IppValue {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value)
  return { tag, bytes }
}

export function attribute(name: string, ...values: readonly IppValue[]): IppAttribute {
  return { name, values }
}
