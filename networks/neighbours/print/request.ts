import type { PrintOptions } from '@kith/core/offer/printers.ts'
import { groupTag, integerValue, textValue, valueTag, type IppAttribute, type IppMessage } from '../wire/ipp.ts'
import { beginning, operation, VERSION } from '../wire/ipp-words.ts'

export interface PrintRequest extends PrintOptions {
  readonly uri: string
  readonly name: string
  readonly user: string
  readonly format: string
}

/** A Print-Job of our own (RFC 8011 4.2.1); the document follows. */
export function printRequest({ uri, name, user, format, copies, sides }: PrintRequest): IppMessage {
  const { tag, attributes } = beginning()
  const one = (key: string, kind: number, text: string): IppAttribute => ({
    name: key,
    values: [textValue(kind, text)],
  })
  const job: IppAttribute[] = []
  if (copies !== undefined) job.push({ name: 'copies', values: [integerValue(valueTag.integer, copies)] })
  if (sides !== undefined) {
    job.push(one('sides', valueTag.keyword, sides === 'both' ? 'two-sided-long-edge' : 'one-sided'))
  }
  return {
    version: VERSION,
    code: operation.printJob,
    request: 1,
    groups: [
      {
        tag,
        attributes: [
          ...attributes,
          one('printer-uri', valueTag.uri, uri),
          one('requesting-user-name', valueTag.name, user.slice(0, 60)),
          one('job-name', valueTag.name, name.slice(0, 60)),
          one('document-format', valueTag.mediaType, format),
        ],
      },
      ...(job.length === 0 ? [] : [{ tag: groupTag.job, attributes: job }]),
    ],
  }
}
