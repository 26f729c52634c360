import { groupTag, textValue, valueTag, type IppGroup, type IppMessage } from './ipp.ts'

/** Operations (RFC 8011 5.4.15, PWG 5100.11, 5100.13, and CUPS-Get-Printers of CUPS). */
export const operation = {
  printJob: 0x0002,
  validateJob: 0x0004,
  createJob: 0x0005,
  sendDocument: 0x0006,
  cancelJob: 0x0008,
  getJobAttributes: 0x0009,
  getJobs: 0x000a,
  getPrinterAttributes: 0x000b,
  holdJob: 0x000c,
  releaseJob: 0x000d,
  restartJob: 0x000e,
  cancelMyJobs: 0x0039,
  closeJob: 0x003b,
  identifyPrinter: 0x003c,
  cupsGetPrinters: 0x4002,
} as const

/** Answers (RFC 8011 4.1.6). */
export const status = {
  badRequest: 0x0400,
  forbidden: 0x0401,
  notAuthorized: 0x0403,
  notFound: 0x0406,
  gone: 0x0407,
  tooLarge: 0x0408,
  internalError: 0x0500,
  operationNotSupported: 0x0501,
  unavailable: 0x0502,
  busy: 0x0507,
} as const

/** Below it an answer is a success. */
export const FIRST_FAILURE = 0x0100

/** IPP 2.0. */
export const VERSION = 0x0200

/** What every request and answer begins with (RFC 8011 4.1.4). */
export function beginning(): IppGroup {
  return {
    tag: groupTag.operation,
    attributes: [
      { name: 'attributes-charset', values: [textValue(valueTag.charset, 'utf-8')] },
      { name: 'attributes-natural-language', values: [textValue(valueTag.language, 'en')] },
    ],
  }
}

/** An answer that says no, in the words of a person. */
export function refusal(asked: Pick<IppMessage, 'version' | 'request'>, code: number, message: string): IppMessage {
  const { tag, attributes } = beginning()
  const said = { name: 'status-message', values: [textValue(valueTag.text, message.slice(0, 255))] }
  return { version: asked.version, code, request: asked.request, groups: [{ tag, attributes: [...attributes, said] }] }
}
