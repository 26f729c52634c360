import { utf8 } from '@kith/wire/bytes.ts'
import {
  groupTag,
  integerOf,
  integerValue,
  textOf,
  textValue,
  valueTag,
  type IppAttribute,
  type IppGroup,
  type IppMessage,
  type IppValue,
} from './ipp.ts'
import { operation } from './ipp-words.ts'

/**
 * What changes in a message on its way between a program and the printer of somebody else. Between the two devices
 * addresses have a form of their own, so that neither has to know those of the other; all else goes on as it came.
 */

/** Nobody has this name (RFC 6761). */
const BETWEEN = 'kith.invalid'
/** RFC 8011 5.1.3: the longest name. */
const LONGEST_NAME_BYTES = 255
/** Push notifications would make the printer call whom the asker likes. */
const SUBSCRIPTION_GROUP = 0x06
/** They go together, one value each for every address of the printer. */
const parallel = new Set(['printer-uri-supported', 'uri-security-supported', 'uri-authentication-supported'])
/** Addresses of the printer in other forms. */
const dropped = new Set(['printer-xri-supported', 'device-uri'])

/** What a device may ask of our printer: to print, to see its own jobs, and to cancel them. Nothing that governs it. */
export const allowed: ReadonlySet<number> = new Set([
  operation.printJob,
  operation.validateJob,
  operation.createJob,
  operation.sendDocument,
  operation.cancelJob,
  operation.getJobAttributes,
  operation.getJobs,
  operation.getPrinterAttributes,
  operation.holdJob,
  operation.releaseJob,
  operation.cancelMyJobs,
  operation.closeJob,
  operation.identifyPrinter,
])

/** The number of the job that a request is about: in `job-id`, or at the end of `job-uri`. */
export function jobOf(message: IppMessage): number | undefined {
  const attributes = message.groups.find(({ tag }) => tag === groupTag.operation)?.attributes ?? []
  const id = attributes.find(({ name }) => name === 'job-id')?.values[0]
  if (id !== undefined) return integerOf(id)
  const uri = attributes.find(({ name }) => name === 'job-uri')?.values[0]
  return uri === undefined ? undefined : numberAtEnd(textOf(uri))
}

function numberAtEnd(uri: string): number | undefined {
  const digits = /\/(\d{1,10})\/?$/.exec(uri)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

export interface ToPrinter {
  /** The printer's own address. */
  readonly uri: string
  /** The printer's own address of a job. */
  readonly jobUri: string | undefined
  /** Which device prints, behind the name of who does. */
  readonly mark: string
}

/** A request of a device, for our printer. */
export function toPrinter(message: IppMessage, { uri, jobUri, mark }: ToPrinter): IppMessage {
  const isJobs = message.code === operation.getJobs
  const change = (attribute: IppAttribute): IppAttribute => {
    const { name, values } = attribute
    switch (name) {
      case 'printer-uri':
        return { name, values: [textValue(valueTag.uri, uri)] }
      case 'job-uri':
        return jobUri === undefined ? attribute : { name, values: [textValue(valueTag.uri, jobUri)] }
      case 'requesting-user-name':
        return {
          name,
          values: [textValue(valueTag.name, marked(values[0] === undefined ? '' : textOf(values[0]), mark))],
        }
      case 'requested-attributes':
        // Whose a job is, is seen by its number.
        return isJobs ? { name, values: [...values, textValue(valueTag.keyword, 'job-id')] } : attribute
      default:
        return attribute
    }
  }
  const groups = message.groups
    .filter(({ tag }) => tag !== SUBSCRIPTION_GROUP)
    .map(({ tag, attributes }, index): IppGroup => {
      if (index !== 0 || tag !== groupTag.operation) return { tag, attributes }
      const changed = attributes.map(change)
      // A request without any is answered by the printer, as it likes.
      if (attributes.length === 0 || attributes.some(({ name }) => name === 'requesting-user-name')) {
        return { tag, attributes: changed }
      }
      return {
        tag,
        attributes: [
          ...changed,
          { name: 'requesting-user-name', values: [textValue(valueTag.name, marked('', mark))] },
        ],
      }
    })
  return { ...message, groups }
}

/** `ann@kitchen`: who prints, and from which device. */
function marked(user: string, mark: string): string {
  const behind = `@${mark}`
  let name = user === '' ? 'somebody' : user
  while (utf8(name + behind).length > LONGEST_NAME_BYTES && name !== '') name = name.slice(0, -1).toWellFormed()
  return name + behind
}

export interface FromPrinter {
  /** Id of the printer. */
  readonly id: string
  readonly mark: string
  /** Whether a host is the printer's own; links that lead elsewhere stay. */
  isPrinter(host: string): boolean
  /** A page or picture at the printer: the number that it is asked for by, or undefined for none. */
  resource(url: string): number | undefined
  /** Whether a job may be seen. */
  sees(job: number): boolean
}

/** An answer of our printer, for a device. */
export function fromPrinter(answer: IppMessage, world: FromPrinter): IppMessage {
  const groups = answer.groups.flatMap((group): readonly IppGroup[] => {
    const { tag } = group
    if (tag !== groupTag.job) return [{ tag, attributes: attributesFrom(group, world, undefined) }]
    const job = jobIn(group)
    // Jobs of others are nobody's business. A group without a number says why attributes are missing, or the like.
    if (job !== undefined && !world.sees(job)) return []
    return [{ tag, attributes: attributesFrom(group, world, job) }]
  })
  return { ...answer, groups }
}

/** The number of the job that a group of an answer is about. */
export function jobIn({ attributes }: IppGroup): number | undefined {
  const id = attributes.find(({ name }) => name === 'job-id')?.values[0]
  const uri = attributes.find(({ name }) => name === 'job-uri')?.values[0]
  return (id === undefined ? undefined : integerOf(id)) ?? (uri === undefined ? undefined : numberAtEnd(textOf(uri)))
}

function attributesFrom(
  { attributes }: IppGroup,
  world: FromPrinter,
  job: number | undefined,
): readonly IppAttribute[] {
  // Of several addresses of the printer one is shown, for here it has one.
  const uris = attributes.find(({ name }) => name === 'printer-uri-supported')?.values ?? []
  const chosen = Math.max(
    0,
    uris.findIndex((uri) => textOf(uri).startsWith('ipp:')),
  )
  return attributes.flatMap(({ name, values }): readonly IppAttribute[] => {
    if (dropped.has(name)) return []
    if (name === 'operations-supported') {
      return [{ name, values: values.filter((value) => allowed.has(integerOf(value) ?? -1)) }]
    }
    if (name === 'uri-security-supported') return [{ name, values: [textValue(valueTag.keyword, 'none')] }]
    if (name === 'job-originating-user-name')
      return [{ name, values: values.map((value) => unmarked(value, world.mark)) }]
    const some = parallel.has(name) ? values.slice(chosen, chosen + 1) : values
    return [{ name, values: some.map((value) => addressFrom(name, value, world, job)) }]
  })
}

function unmarked(value: IppValue, mark: string): IppValue {
  const name = textOf(value)
  return name.endsWith(`@${mark}`) ? textValue(valueTag.name, name.slice(0, -mark.length - 1)) : value
}

function addressFrom(name: string, value: IppValue, world: FromPrinter, job: number | undefined): IppValue {
  if (value.tag !== valueTag.uri) return value
  const uri = textOf(value)
  if (/^ipps?:/i.test(uri)) {
    const number = name === 'job-uri' ? job : undefined
    return textValue(valueTag.uri, `ipp://${BETWEEN}/${world.id}${number === undefined ? '' : `/${number}`}`)
  }
  const url = /^https?:/i.test(uri) ? URL.parse(uri) : null
  if (url === null || !world.isPrinter(url.hostname)) return value
  const number = world.resource(url.href)
  return number === undefined ? value : textValue(valueTag.uri, `http://${BETWEEN}/${world.id}/web/${number}`)
}

/** What a device sent in answer, for a program of this machine. `at` is where it reaches the printer: `localhost:631/ipp/print/x`. */
export function toProgram(answer: IppMessage, at: string): IppMessage {
  const pattern = new RegExp(`^(ipp|http)://${BETWEEN.replace('.', '\\.')}/[0-9a-f]+`)
  const change = (value: IppValue): IppValue => {
    if (value.tag !== valueTag.uri) return value
    const uri = textOf(value)
    const [beginning, scheme] = pattern.exec(uri) ?? []
    if (beginning !== undefined) return textValue(valueTag.uri, `${scheme}://${at}${uri.slice(beginning.length)}`)
    // A printer elsewhere is not the one that the program meant.
    return /^ipps?:/i.test(uri) ? textValue(valueTag.uri, `ipp://${at}`) : value
  }
  return {
    ...answer,
    groups: answer.groups.map(({ tag, attributes }) => ({
      tag,
      attributes: attributes.map(({ name, values }) => ({ name, values: values.map(change) })),
    })),
  }
}

/** The operation attributes that name a job at a printer. */
export function aboutJob(uri: string, job: number, user: string): readonly IppAttribute[] {
  return [
    { name: 'printer-uri', values: [textValue(valueTag.uri, uri)] },
    { name: 'job-id', values: [integerValue(valueTag.integer, job)] },
    { name: 'requesting-user-name', values: [textValue(valueTag.name, user)] },
  ]
}
