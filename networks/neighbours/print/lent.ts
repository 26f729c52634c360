import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { OwnPrinter } from '@kith/core/offer/printers.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { lossyText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Book } from '../book.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { encodeIpp, type IppMessage } from '../wire/ipp.ts'
import { allowed, fromPrinter, jobOf, toPrinter } from '../wire/ipp-rewrite.ts'
import { operation, refusal, status } from '../wire/ipp-words.ts'
import { encodePrinters, PRINTER_ID_BYTES, type ToldPrinter } from '../wire/printers.ts'
import { askedIn, askPrinter, IPP_TYPE, tooLong } from './ask.ts'
import { conduct } from './conduct.ts'
import type { FoundPrinter, FoundPrinters } from './found.ts'
import type { Jobs, Target } from './jobs.ts'

/** Documents that go to printers at once; what comes then waits with who prints. */
const MOST_SENDING = 6
/** Pages and pictures that one printer names: an icon in three sizes, a page of its own, texts in some languages. */
const MOST_RESOURCES = 32
/** None of them is long. */
const MOST_RESOURCE_BYTES = 4 * 1024 * 1024
const MIB = 1024 * 1024

/** Operations about one job. */
const aboutOne: ReadonlySet<number> = new Set([
  operation.sendDocument,
  operation.cancelJob,
  operation.getJobAttributes,
  operation.holdJob,
  operation.releaseJob,
  operation.closeJob,
])

export interface LentOptions {
  /** MiB. */
  readonly longest: number
  /** Jobs of one device that are not over yet. */
  readonly most: number
}

interface Grant {
  /** As it was called when it was granted, for while it is away. */
  readonly name: string
  readonly to: readonly string[]
}

/** Our printers, and the door to them. Who may print is kept over restarts. */
export class Lent {
  readonly all: WritableValue<readonly OwnPrinter[]> = value<readonly OwnPrinter[]>([])
  readonly #host: Host
  readonly #book: Book
  readonly #jobs: Jobs
  readonly #found: FoundPrinters
  readonly #options: LentOptions
  readonly #grants: Map<string, Grant>
  /** What each printer has named, in the order of its numbers. */
  readonly #resources = new Map<string, string[]>()
  #sending = 0

  constructor(host: Host, book: Book, jobs: Jobs, found: FoundPrinters, options: LentOptions) {
    this.#host = host
    this.#book = book
    this.#jobs = jobs
    this.#found = found
    this.#options = options
    this.#grants = new Map(keptGrants(host))
    this.forgetStrangers()
  }

  /** @throws FaultError `input` */
  async grant(id: string, to: readonly string[]): Promise<OwnPrinter> {
    const before = this.#grants.get(id)
    const printer = this.#found.get(id)
    const name = printer?.name ?? before?.name
    if (name === undefined) throw noPrinter()
    if (to.length === 0) this.#grants.delete(id)
    else this.#grants.set(id, { name, to: [...new Set(to)] })
    this.#store()
    for (const device of before?.to ?? []) if (!to.includes(device)) this.#end(device, id)
    return this.all.current.find((one) => one.id === id) ?? { ...awayPrinter(id, name), to: [] }
  }

  /** The devices that may print anywhere. */
  get guests(): readonly string[] {
    return [...new Set([...this.#grants.values()].flatMap(({ to }) => to))]
  }

  /** Takes all back from devices that are not paired any more. */
  forgetStrangers(): void {
    let changed = false
    for (const [id, { name, to }] of this.#grants) {
      const left = to.filter((device) => this.#book.isPaired(device))
      if (left.length === to.length) continue
      changed = true
      if (left.length === 0) this.#grants.delete(id)
      else this.#grants.set(id, { name, to: left })
      for (const device of to) if (!left.includes(device)) this.#end(device, id)
    }
    if (changed) this.#store()
  }

  /** Anew from what was found. */
  tell(): void {
    const found = this.#found.all.map((one): OwnPrinter => {
      const { uuid: _, address, hosts: __, ...printer } = one
      return { ...printer, uri: address.uri, to: this.#grants.get(one.id)?.to ?? [] }
    })
    const away = [...this.#grants].filter(([id]) => this.#found.get(id) === undefined)
    this.all.set([...found, ...away.map(([id, { name, to }]) => ({ ...awayPrinter(id, name), to }))])
  }

  /** How we print ourselves, or a device does. */
  target(printer: FoundPrinter, device: string | undefined): Target {
    const { id, name, address } = printer
    const { http } = this.#host
    const way = device === undefined ? 'from here' : 'for others'
    if (device === undefined) {
      const ask: Target['ask'] = (message, options) => askPrinter(http, address, message, options)
      return { id, name, way, device, uri: address.uri, ask }
    }
    const mark = this.#mark(device)
    return {
      id,
      name,
      way,
      device,
      uri: address.uri,
      ask: (message, options) => {
        const job = this.#jobs.at({ id, device, way }, jobOf(message))
        return askPrinter(http, address, toPrinter(message, { uri: address.uri, jobUri: job?.uri, mark }), options)
      },
    }
  }

  /** Undefined for a question about something else. */
  async answer(device: string, question: PeerQuestion): Promise<OurAnswer | undefined> {
    const { method, target } = question
    const [, room, id = '', door, number] = target.split('/')
    if (room !== 'printers') return undefined
    if (method === 'GET' && id === '') return { status: 200, body: encodePrinters(this.#toldTo(device)) }
    const printer = this.#found.get(id)
    // Whoever may not print does not learn what there is.
    if (this.#grants.get(id)?.to.includes(device) !== true) return { status: 404 }
    if (printer === undefined) return { status: 503 }
    if (method === 'POST' && door === 'ipp') return this.#print(device, printer, question)
    if (method === 'GET' && door === 'web') return this.#resource(printer, Number(number), question.signal)
    return { status: 404 }
  }

  #toldTo(device: string): readonly ToldPrinter[] {
    const granted = [...this.#grants].filter(([, { to }]) => to.includes(device))
    return granted.map(([id, { name }]): ToldPrinter => {
      const {
        from: _,
        address: __,
        hosts: ___,
        ...told
      } = this.#found.get(id) ?? {
        ...awayPrinter(id, name),
        uuid: '',
        address: undefined,
        hosts: undefined,
      }
      return told
    })
  }

  async #print(device: string, printer: FoundPrinter, question: PeerQuestion): Promise<OurAnswer> {
    const { message, document } = await askedIn(question.parts())
    const say = (answer: IppMessage): OurAnswer => ({ status: 200, type: IPP_TYPE, body: encodeIpp(answer) })
    const no = (code: number, why: string): OurAnswer => {
      document.return().catch(() => {})
      return say(refusal(message, code, why))
    }
    const { code } = message
    if (!allowed.has(code)) return no(status.operationNotSupported, 'Neighbours may print here, and nothing else')
    const target = this.target(printer, device)
    const number = jobOf(message)
    if (aboutOne.has(code)) {
      // Without a number some printers take the job that they print now.
      if (number === undefined) return no(status.badRequest, 'Which job?')
      if (this.#jobs.at(target, number) === undefined) return no(status.notFound, 'There is no such job of yours')
    }
    const isNew = code === operation.printJob || code === operation.createJob
    const unfinished = this.#jobs.running((job) => job.target.way === 'for others' && job.target.device === device)
    if (isNew && unfinished.length >= this.#options.most) return no(status.busy, 'There are too many jobs of yours')
    const brings = code === operation.printJob || code === operation.sendDocument
    if (brings && this.#sending >= MOST_SENDING) return no(status.busy, 'The printer is busy')
    if (brings) this.#sending++
    try {
      const answer = await conduct({ jobs: this.#jobs, clock: this.#host.clock }, target, {
        message,
        document,
        signal: question.signal,
        longest: this.#options.longest * MIB,
      })
      return say(
        fromPrinter(answer, {
          id: printer.id,
          mark: this.#mark(device),
          isPrinter: (host) => printer.hosts.includes(host),
          resource: (url) => this.#numberOf(printer.id, url),
          sees: (job) => this.#jobs.at(target, job) !== undefined,
        }),
      )
    } catch (error) {
      if (question.signal.aborted) throw error
      const fault = faultOf(error)
      this.#host.log.info('a neighbour could not print', { fault })
      return say(refusal(message, statusOf(fault.code), fault.message))
    } finally {
      if (brings) this.#sending--
    }
  }

  /** What a printer has named of itself, and nothing else that its host may have. */
  async #resource(printer: FoundPrinter, number: number, signal: AbortSignal): Promise<OurAnswer> {
    const url = this.#resources.get(printer.id)?.[number]
    if (url === undefined) return { status: 404 }
    let answer
    try {
      answer = await this.#host.http.request({ url, trust: 'anyone', redirects: 0, signal })
    } catch {
      return { status: 502 }
    }
    const type = answer.headers['content-type']
    return { status: answer.status, ...(type === undefined ? {} : { type }), body: atMost(answer.body) }
  }

  #numberOf(id: string, url: string): number | undefined {
    const known = this.#resources.get(id) ?? []
    this.#resources.set(id, known)
    if (!known.includes(url) && known.length < MOST_RESOURCES) known.push(url)
    const number = known.indexOf(url)
    return number < 0 ? undefined : number
  }

  /** A name for people, and what no other device has. */
  #mark(device: string): string {
    return `${this.#book.get(device)?.name ?? 'device'} ${device.slice(0, 8)}`
  }

  /** What a device prints is not wanted any more. */
  #end(device: string, printer: string): void {
    const fault = fail('unavailable', 'neighbours/no-grant', 'The printer is not lent to that device any more').fault
    const running = this.#jobs.running(({ target }) => {
      return target.way === 'for others' && target.id === printer && target.device === device
    })
    for (const job of running) {
      this.#jobs.cancel(job, fault).catch((error: unknown) => {
        this.#host.log.warn('a print job could not be cancelled', { fault: faultOf(error) })
      })
    }
  }

  #store(): void {
    const grants = [...this.#grants].map(([id, { name, to }]) => ({
      id: Uint8Array.fromHex(id),
      name,
      to: to.map(idBytes),
    }))
    this.#host.keep.set('print-grants', grants.length === 0 ? undefined : encode({ grants }))
    this.tell()
  }
}

export function noPrinter(): Error {
  return fail('input', 'neighbours/no-printer', 'There is no such printer')
}

function awayPrinter(id: string, name: string): Omit<OwnPrinter, 'to'> {
  const facts = {
    model: '',
    location: '',
    state: 'away' as const,
    reasons: [],
    color: false,
    duplex: false,
    formats: [],
  }
  return { id, name, ...facts, from: 'network', uri: '' }
}

function statusOf(code: string): number {
  if (code === 'neighbours/print-too-long') return status.tooLarge
  if (code === 'neighbours/no-grant') return status.notAuthorized
  return status.unavailable
}

async function* atMost(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const part of body) {
    bytes += part.length
    if (bytes > MOST_RESOURCE_BYTES) throw tooLong()
    yield part
  }
}

function* keptGrants({ keep }: Pick<Host, 'keep'>): Generator<[string, Grant]> {
  const bytes = keep.get('print-grants')
  const read = bytes === undefined ? undefined : attempt(() => decodeDict(bytes, { maxDepth: 4 }))
  if (read?.ok !== true) return
  for (const dict of read.value.list('grants')?.needDicts() ?? []) {
    const id = dict.needBytes('id')
    if (id.length !== PRINTER_ID_BYTES) continue
    const to = [...(dict.list('to')?.needBytes() ?? [])].map(deviceId)
    yield [id.toHex(), { name: lossyText(dict.needBytes('name')), to }]
  }
}
