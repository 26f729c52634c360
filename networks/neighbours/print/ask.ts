import { fail } from '@kith/core/fault/fault.ts'
import type { Http } from '@kith/core/network/http.ts'
import { readBody } from '@kith/core/network/http.ts'
import { broken } from '@kith/wire/fault.ts'
import {
  decodeIpp,
  encodeIpp,
  groupTag,
  ippCutter,
  MOST_ANSWER_BYTES,
  MOST_REQUEST_BYTES,
  textOf,
  textValue,
  valueTag,
  type IppMessage,
} from '../wire/ipp.ts'
import { beginning, operation, VERSION } from '../wire/ipp-words.ts'
import { shownAttributes } from '../wire/printers.ts'

/** RFC 3510 and RFC 7472: the port of both schemes. */
const IPP_PORT = 631
/** Most printers answer in a tenth of it. */
const ANSWER_MS = 15_000
/** A printer that is out of paper takes no more until somebody has come. */
export const PRINT_MS: number = 10 * 60_000
export const IPP_TYPE = 'application/ipp'

/** Where a printer is: its name in IPP, and where it is asked. */
export interface PrinterAddress {
  readonly uri: string
  readonly url: string
}

/** Undefined for what is no address of a printer. */
export function printerAddress(text: string): PrinterAddress | undefined {
  const [, scheme, rest] = /^(ipps?|https?):\/\/(.+)$/i.exec(text) ?? []
  if (scheme === undefined) return undefined
  const secure = /s$/i.test(scheme)
  const url = URL.parse(`${secure ? 'https' : 'http'}://${rest}`)
  if (url === null || url.hostname === '' || url.username !== '') return undefined
  const isIpp = /^ipp/i.test(scheme)
  // What is not written is 631, though the parser takes 80 and 443 for not written.
  const written = /^[^/]*:(\d+)(?:[/?]|$)/.exec(rest ?? '')?.[1]
  const port = written ?? (isIpp ? String(IPP_PORT) : secure ? '443' : '80')
  const path = url.pathname === '/' && isIpp ? '/ipp/print' : url.pathname
  return {
    uri: `${secure ? 'ipps' : 'ipp'}://${url.hostname}:${port}${path}`,
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${port}${path}`,
  }
}

export interface AskOptions {
  /** What follows the message. */
  readonly document?: AsyncIterable<Uint8Array> | undefined
  readonly signal?: AbortSignal | undefined
  /** Until the answer begins, and between two parts. */
  readonly timeoutMs?: number
}

/** Something that answers print requests: a printer, or a device that has one. */
export type Ask = (message: IppMessage, options?: AskOptions) => Promise<IppMessage>

/** @throws FaultError `gone`, `unavailable` or `peer` */
export async function askPrinter(
  http: Http,
  { url }: PrinterAddress,
  message: IppMessage,
  { document, signal, timeoutMs = document === undefined ? ANSWER_MS : PRINT_MS }: AskOptions = {},
): Promise<IppMessage> {
  const head = encodeIpp(message)
  const answer = await http.request({
    method: 'POST',
    url,
    headers: { 'content-type': IPP_TYPE, accept: IPP_TYPE },
    body: document === undefined ? head : joined(head, document),
    // Printers sign their certificates themselves; whom we ask is known by its address.
    trust: 'anyone',
    redirects: 0,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  })
  if (answer.status !== 200) {
    for await (const _ of answer.body) break
    throw fail('unavailable', 'neighbours/printer-refuses', `The printer refuses (${answer.status})`)
  }
  return decodeIpp(await readBody(answer, MOST_ANSWER_BYTES, tooLong))
}

export function tooLong(): Error {
  return broken('neighbours/ipp', 'A printer answers more than makes sense')
}

export async function* joined(head: Uint8Array, document: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  yield* document
}

/** What a printer says of itself. */
export function getPrinter({ uri }: Pick<PrinterAddress, 'uri'>): IppMessage {
  const { tag, attributes } = beginning()
  return {
    version: VERSION,
    code: operation.getPrinterAttributes,
    request: 1,
    groups: [
      {
        tag,
        attributes: [
          ...attributes,
          { name: 'printer-uri', values: [textValue(valueTag.uri, uri)] },
          { name: 'requested-attributes', values: shownAttributes.map((name) => textValue(valueTag.keyword, name)) },
        ],
      },
    ],
  }
}

/** All queues of the system (CUPS-Get-Printers). */
export function getQueues(): IppMessage {
  const { tag, attributes } = beginning()
  const requested = shownAttributes.map((name) => textValue(valueTag.keyword, name))
  return {
    version: VERSION,
    code: operation.cupsGetPrinters,
    request: 1,
    groups: [{ tag, attributes: [...attributes, { name: 'requested-attributes', values: requested }] }],
  }
}

/** A print request that arrives in parts: the message, and the document as it comes. */
export interface Asked {
  readonly message: IppMessage
  readonly document: AsyncGenerator<Uint8Array, void>
}

/** @throws FaultError `peer` `neighbours/ipp`, and what the parts throw */
export async function askedIn(parts: AsyncIterable<Uint8Array>): Promise<Asked> {
  const cutter = ippCutter(MOST_REQUEST_BYTES)
  const iterator = parts[Symbol.asyncIterator]()
  for (;;) {
    const next = await iterator.next()
    if (next.done === true) throw broken('neighbours/ipp', 'A print request ends too early')
    const cut = cutter.push(next.value)
    if (cut === undefined) continue
    return { message: decodeIpp(cut.head), document: restOf(cut.rest, iterator) }
  }
}

async function* restOf(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    if (first.length > 0) yield first
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

/** The text of an operation attribute. */
export function named({ groups }: IppMessage, name: string): string | undefined {
  const attributes = groups.find(({ tag }) => tag === groupTag.operation)?.attributes ?? []
  const value = attributes.find((one) => one.name === name)?.values[0]
  return value === undefined ? undefined : textOf(value)
}
