import type { Printer } from '@kith/core/offer/printers.ts'
import { type BencodeDict, decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'
import { attributeOf, groupTag, integerOf, textOf, type IppAttribute, type IppMessage } from './ipp.ts'
import { shownName } from './messages.ts'

/** All of them, with everything they say. */
export const MOST_PRINTERS_BYTES: number = 2 * 1024 * 1024
export const PRINTER_ID_BYTES = 8
/** More than stand in one house. */
export const MOST_PRINTERS = 64
/** Keywords and media types of one printer; the longest list that was seen has a dozen. */
const MOST_WORDS = 32
/** RFC 8011 5.1.4: the longest keyword. */
const LONGEST_WORD = 255
const states: readonly Printer['state'][] = ['idle', 'printing', 'stopped', 'away']

/** A printer as a device tells another of it. */
export interface ToldPrinter extends Printer {
  /** Its own `urn:uuid:…`, so that the same printer is known as the same; empty where it has none. */
  readonly uuid: string
}

/** What is asked of a printer to show it. */
export const shownAttributes: readonly string[] = [
  'printer-name',
  'printer-info',
  'printer-dns-sd-name',
  'printer-make-and-model',
  'printer-location',
  'printer-state',
  'printer-state-reasons',
  'printer-uri-supported',
  'printer-uuid',
  'color-supported',
  'sides-supported',
  'document-format-supported',
  'device-uri',
]

/** What a printer says of itself in one group of attributes (RFC 8011 5.4). */
export function printerFacts(attributes: readonly IppAttribute[]): Omit<ToldPrinter, 'id'> {
  const texts = (name: string): readonly string[] =>
    attributes
      .find((one) => one.name === name)
      ?.values.map(textOf)
      .filter((text) => text !== '') ?? []
  const first = (...names: readonly string[]): string => names.flatMap(texts)[0] ?? ''
  const number = attributes.find(({ name }) => name === 'printer-state')?.values[0]
  const state = number === undefined ? undefined : integerOf(number)
  return {
    name: shownName(first('printer-info', 'printer-dns-sd-name', 'printer-name', 'printer-make-and-model')),
    model: shown(first('printer-make-and-model')),
    location: shown(first('printer-location')),
    state: state === 4 ? 'printing' : state === 5 ? 'stopped' : 'idle',
    reasons: words(texts('printer-state-reasons').filter((reason) => reason !== 'none')),
    color: attributes.find(({ name }) => name === 'color-supported')?.values[0]?.bytes[0] === 1,
    duplex: texts('sides-supported').some((side) => side.startsWith('two-sided')),
    formats: words(texts('document-format-supported')),
    uuid: shown(first('printer-uuid').toLowerCase()),
  }
}

/** The same for the answer to Get-Printer-Attributes. */
export function printerIn(answer: IppMessage): Omit<ToldPrinter, 'id'> {
  return printerFacts(answer.groups.find(({ tag }) => tag === groupTag.printer)?.attributes ?? [])
}

/** Hosts that a printer calls itself by. */
export function hostsIn(answer: IppMessage): readonly string[] {
  const uris = attributeOf(answer, groupTag.printer, 'printer-uri-supported')?.values.map(textOf) ?? []
  return uris.flatMap((uri) => URL.parse(uri.replace(/^ipp/, 'http'))?.hostname ?? [])
}

function shown(text: string): string {
  return text === '' ? '' : shownName(text)
}

function words(all: readonly string[]): readonly string[] {
  return all.slice(0, MOST_WORDS).map((word) => shownName(word, LONGEST_WORD))
}

export function encodePrinters(printers: readonly ToldPrinter[]): Uint8Array {
  return encode({
    printers: printers.slice(0, MOST_PRINTERS).map((one) => ({
      id: Uint8Array.fromHex(one.id),
      name: one.name,
      model: one.model,
      location: one.location,
      state: one.state,
      reasons: [...one.reasons],
      color: one.color ? 1 : 0,
      duplex: one.duplex ? 1 : 0,
      formats: [...one.formats],
      uuid: one.uuid,
    })),
  })
}

/** @throws FaultError `bencode/…`, `neighbours/message` */
export function decodePrinters(bytes: Uint8Array): readonly ToldPrinter[] {
  const dict = decodeDict(bytes, { maxBytes: MOST_PRINTERS_BYTES, maxDepth: 4, maxItems: 8_192 })
  return [...(dict.list('printers')?.needDicts() ?? [])].slice(0, MOST_PRINTERS).map(printerOf)
}

function printerOf(dict: BencodeDict): ToldPrinter {
  const id = dict.needBytes('id')
  if (id.length !== PRINTER_ID_BYTES) throw broken('neighbours/message', 'A printer has a wrong name')
  const said = lossyText(dict.needBytes('state'))
  const text = (key: string): string => shown(lossyText(dict.bytes(key) ?? new Uint8Array()))
  const list = (key: string): readonly string[] => words([...(dict.list(key)?.needBytes() ?? [])].map(lossyText))
  return {
    id: id.toHex(),
    name: shownName(text('name')),
    model: text('model'),
    location: text('location'),
    // A state that is not known here is none to worry about.
    state: states.find((state) => state === said) ?? 'idle',
    reasons: list('reasons'),
    color: dict.needInteger('color') === 1,
    duplex: dict.needInteger('duplex') === 1,
    formats: list('formats'),
    uuid: text('uuid'),
  }
}
