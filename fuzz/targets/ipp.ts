import { decodeIpp, encodeIpp, groupTag, ippCutter, textValue, valueTag } from '@kith/neighbours/wire/ipp.ts'
import { fromPrinter, jobOf, toPrinter, toProgram } from '@kith/neighbours/wire/ipp-rewrite.ts'
import { beginning, operation, refusal, VERSION } from '@kith/neighbours/wire/ipp-words.ts'
import { decodePrinters, encodePrinters, hostsIn, printerIn } from '@kith/neighbours/wire/printers.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { FuzzTarget } from '../target.ts'

const LIMIT = 4_096
const asked = { version: VERSION, code: operation.printJob, request: 1, groups: [beginning()] }
const none = (tag: number) => ({ tag, bytes: new Uint8Array() })
const media = {
  name: 'media-col',
  values: [none(0x34), { tag: 0x4a, bytes: Uint8Array.of(0x78) }, none(0x34), none(0x37), none(0x37)],
}
const uris = ['printer-uri-supported', 'job-uri', 'printer-more-info'].map((name, index) => ({
  name,
  values: [textValue(valueTag.uri, `${index === 2 ? 'http' : 'ipp'}://printer/ipp/print/12`)],
}))

const ipp: FuzzTarget = {
  name: 'neighbours-ipp',
  seeds: [
    encodeIpp(asked),
    encodeIpp({ ...asked, groups: [beginning(), { tag: groupTag.job, attributes: [media, ...uris] }] }),
    encodeIpp({ ...asked, groups: [beginning(), { tag: groupTag.printer, attributes: uris }] }),
    encodeIpp(refusal(asked, 0x0400, 'no')),
  ],
  run(input) {
    const cut = attempt(() => ippCutter(LIMIT).push(input))
    if (cut.ok && cut.value !== undefined && cut.value.head.length > LIMIT) throw new Error('longer than allowed')
    const read = attempt(() => decodeIpp(input))
    if (!read.ok) return
    const message = read.value
    // What is a message is found to be one, with nothing after it.
    if (cut.ok && cut.value?.rest.length !== 0) throw new Error('the end was not found')
    const once = encodeIpp(message)
    if (encodeIpp(decodeIpp(once)).toHex() !== once.toHex()) throw new Error('it does not come back')
    jobOf(message)
    printerIn(message)
    hostsIn(message)
    decodeIpp(encodeIpp(toPrinter(message, { uri: 'ipp://p/', jobUri: undefined, mark: 'm' })))
    const door = { id: 'ab', mark: 'm', isPrinter: () => true, resource: () => 1, sees: () => true }
    const here = encodeIpp(toProgram(fromPrinter(message, door), 'localhost:5/ipp/print/x'))
    for (const { tag, bytes } of decodeIpp(here).groups.flatMap(({ attributes }) =>
      attributes.flatMap(({ values }) => values),
    )) {
      const text = new TextDecoder().decode(bytes)
      if (tag === valueTag.uri && /^ipps?:/i.test(text) && !text.startsWith('ipp://localhost:5/ipp/print/x')) {
        throw new Error(`leads elsewhere: ${text}`)
      }
    }
  },
}

const printers: FuzzTarget = {
  name: 'neighbours-printers',
  seeds: [
    encodePrinters([
      {
        id: '12'.repeat(8),
        name: 'a',
        model: 'b',
        location: 'c',
        state: 'idle',
        reasons: ['media-empty'],
        color: true,
        duplex: false,
        formats: ['application/pdf'],
        uuid: 'urn:uuid:1',
      },
    ]),
  ],
  run(input) {
    const all = attempt(() => decodePrinters(input))
    if (all.ok) decodePrinters(encodePrinters(all.value))
  },
}

const targets: readonly FuzzTarget[] = [ipp, printers]
export default targets
