import { faultOf, FaultError } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { HttpAnswer, HttpListener, HttpQuestion } from '@kith/core/network/http.ts'
import type { NearbyPrinter } from '@kith/core/offer/printers.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import { decodeDict, encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { Book } from '../book.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { deviceId, idBytes } from '../wire/device-id.ts'
import { decodeIpp, encodeIpp, MOST_ANSWER_BYTES } from '../wire/ipp.ts'
import { toProgram } from '../wire/ipp-rewrite.ts'
import { refusal, status } from '../wire/ipp-words.ts'
import { decodePrinters, encodePrinters, MOST_PRINTERS_BYTES, type ToldPrinter } from '../wire/printers.ts'
import { type Asked, askedIn, IPP_TYPE, joined, PRINT_MS } from './ask.ts'
import { conduct } from './conduct.ts'
import type { Jobs, Target } from './jobs.ts'

/** How often devices are asked which printers they have for us; they also tell when that changes. */
const LOOK_MS = 30_000
const LISTEN_AT = '127.0.0.1'
/** Programs keep a connection to their printer while they do something else. */
const IDLE_MS = 5 * 60_000
/** Names that a program of this machine calls it by; a web page that was led here by its own name is none. */
const ownNames = new Set(['localhost', '127.0.0.1', '[::1]'])
/** First half of the id of a device. */
const DEVICE_DIGITS = 16

interface Known {
  readonly key: string
  readonly device: string
  printer: ToldPrinter
}

/** A printer that is announced, and as what. */
interface Announced {
  readonly as: string
  readonly announcement: AsyncDisposable
}

/** Printers of devices nearby, as printers of this machine. They stay while their device is away. */
export class NearbyPrinters implements AsyncDisposable {
  readonly all: WritableValue<readonly NearbyPrinter[]> = value<readonly NearbyPrinter[]>([])
  readonly #host: Host
  readonly #book: Book
  readonly #lines: Lines
  readonly #jobs: Jobs
  readonly #known = new Map<string, Known>()
  readonly #announced = new Map<string, Announced>()
  /** Devices that are asked just now, and whether they have to be asked again: what they say now may be of before. */
  readonly #asked = new Map<string, { again: boolean }>()
  readonly #resources = new AsyncDisposableStack()
  readonly #announces: boolean
  #listener: HttpListener | undefined
  #settling: Promise<void> = Promise.resolve()
  #friends = ''

  constructor(host: Host, book: Book, lines: Lines, jobs: Jobs, announces: boolean) {
    this.#host = host
    this.#book = book
    this.#lines = lines
    this.#jobs = jobs
    this.#announces = announces
    for (const one of keptPrinters(host)) this.#known.set(one.key, one)
    this.#resources.use(every(host.clock, LOOK_MS, () => void this.look()))
    this.#resources.use(
      book.all.watch(() => {
        const friends = book.friends.join(' ')
        if (friends === this.#friends) return
        this.#friends = friends
        void this.look()
      }),
    )
  }

  async start(): Promise<void> {
    await this.#settle()
    void this.look()
  }

  /** Whether this is the address of one of them. */
  has(uri: string): boolean {
    const port = this.#listener?.local.port
    const url = URL.parse(uri.replace(/^ipp/, 'http'))
    if (url === null) return false
    const isHere = ownNames.has(url.hostname) || this.#host.net.isOwn(url.hostname.replace(/^\[|\]$/g, ''))
    if (isHere && port !== undefined && Number(url.port) === port) return true
    // Print systems also name what was announced by its name.
    const name = decodedName(uri)
    return [...this.#announced.values()].some(({ as }) => name.includes(as.split('\n')[0]!))
  }

  /** Asks all devices that are near; resolves when they have answered, or not. */
  async look(): Promise<void> {
    this.#forgetStrangers()
    await Promise.all(this.#book.friends.map((device) => this.ask(device)))
  }

  /** Asks one device. `changed` says that it has told of a change, so that an answer which is on its way is not enough. */
  async ask(device: string, changed = false): Promise<void> {
    const asked = this.#asked.get(device)
    if (asked !== undefined) asked.again ||= changed
    if (!this.#book.isPaired(device) || asked !== undefined) return
    const asking = { again: false }
    this.#asked.set(device, asking)
    await this.#askOnce(device)
    if (asking.again) await this.ask(device)
  }

  async #askOnce(device: string): Promise<void> {
    let told: readonly ToldPrinter[] = []
    try {
      const answer = await this.#lines.ask(device, { method: 'GET', target: '/printers' })
      told = decodePrinters(await wholeOf(answer, MOST_PRINTERS_BYTES))
    } catch (error) {
      this.#host.log.debug('a device did not say which printers it has', { device, fault: faultOf(error) })
      // One that refuses has none for us; of one that is away nothing is known.
      if (faultOf(error).kind !== 'unavailable') return this.#tell()
    } finally {
      this.#asked.delete(device)
    }
    const keys = new Set(told.map((printer) => keyOf(device, printer.id)))
    for (const [key, one] of this.#known) if (one.device === device && !keys.has(key)) this.#known.delete(key)
    for (const printer of told)
      this.#known.set(keyOf(device, printer.id), { key: keyOf(device, printer.id), device, printer })
    await this.#settle()
  }

  /** How one of them is printed on. */
  target(key: string): Target | undefined {
    const one = this.#known.get(key)
    if (one === undefined) return undefined
    const { device, printer } = one
    return {
      id: key,
      name: printer.name,
      way: 'from here',
      device,
      uri: this.#uriOf(key),
      ask: async (message, { document, signal, timeoutMs } = {}) => {
        const head = encodeIpp(message)
        const answer = await this.#lines.ask(device, {
          method: 'POST',
          target: `/printers/${printer.id}/ipp`,
          body: document === undefined ? head : joined(head, document),
          ...(signal === undefined ? {} : { signal }),
          ...(timeoutMs === undefined && document === undefined ? {} : { timeoutMs: timeoutMs ?? PRINT_MS * 2 }),
        })
        return decodeIpp(await wholeOf(answer, MOST_ANSWER_BYTES))
      },
    }
  }

  formats(key: string): readonly string[] {
    return this.#known.get(key)?.printer.formats ?? []
  }

  /** Brings listener, announcements and what is kept to what is known, one after another. */
  #settle(): Promise<void> {
    this.#settling = this.#settling
      .then(() => this.#listenAndAnnounce())
      .catch((error: unknown) => this.#host.log.warn('printers cannot be shown here', { fault: faultOf(error) }))
    return this.#settling
  }

  async #listenAndAnnounce(): Promise<void> {
    this.#store()
    if (this.#known.size > 0) this.#listener ??= await this.#listen()
    this.#tell()
    const wanted = new Map([...this.#known.values()].map((one) => [one.key, this.#announcementOf(one)]))
    for (const [key, { as, announcement }] of this.#announced) {
      if (wanted.get(key)?.as === as) continue
      this.#announced.delete(key)
      await announcement[Symbol.asyncDispose]()
    }
    if (!this.#announces || this.#listener === undefined) return
    const { port } = this.#listener.local
    for (const [key, { as, name, facts }] of wanted) {
      if (this.#announced.has(key)) continue
      const announcement = await this.#host.discovery.announce({
        name,
        type: 'ipp',
        subtypes: ['universal', 'print'],
        port,
        facts,
        hereOnly: true,
      })
      this.#announced.set(key, { as, announcement })
    }
  }

  /** Bonjour Printing 1.2, and PWG 5100.14 4.2. */
  #announcementOf({ key, device, printer }: Known): {
    readonly as: string
    readonly name: string
    readonly facts: Readonly<Record<string, string>>
  } {
    const owner = this.#book.get(device)?.name ?? device.slice(0, 8)
    const name = `${printer.name} @ ${owner}`.replaceAll('.', '-')
    const facts = {
      txtvers: '1',
      qtotal: '1',
      rp: `ipp/print/${key}`,
      ty: printer.model || printer.name,
      note: printer.location,
      pdl: printer.formats.join(',').slice(0, 240),
      Color: printer.color ? 'T' : 'F',
      Duplex: printer.duplex ? 'T' : 'F',
      ...(printer.uuid === '' ? {} : { UUID: printer.uuid.replace('urn:uuid:', '') }),
    }
    return { as: `${name}\n${JSON.stringify(facts)}`, name, facts }
  }

  /** The port of last time, so that what the system remembers of the printer stays right. @throws FaultError `local` */
  async #listen(): Promise<HttpListener> {
    const { http, keep } = this.#host
    const kept = keep.get('print-port')
    const last = kept === undefined ? 0 : ((kept[0] ?? 0) << 8) | (kept[1] ?? 0)
    const open = (port: number): Promise<HttpListener> =>
      http.listen({ port, host: LISTEN_AT, bodies: true, idleMs: IDLE_MS }, (question) => this.#answer(question))
    let listener: HttpListener
    try {
      listener = await open(last)
    } catch (error) {
      if (last === 0 || !(error instanceof FaultError)) throw error
      listener = await open(0)
    }
    const { port } = listener.local
    keep.set('print-port', Uint8Array.of(port >> 8, port & 255))
    return listener
  }

  async #answer(question: HttpQuestion): Promise<HttpAnswer> {
    const host = question.headers['host']?.replace(/:\d+$/, '').toLowerCase() ?? ''
    if (!ownNames.has(host) && !/^kith-here-[0-9a-f]+\.local\.?$/.test(host)) return { status: 421 }
    const [, ipp, print, key = '', room, number] = question.target.split('/')
    const known = this.#known.get(key)
    const target = this.target(key)
    if (ipp !== 'ipp' || print !== 'print' || known === undefined || target === undefined) return { status: 404 }
    if (question.method === 'GET' && room === 'web' && /^\d{1,3}$/.test(number ?? '')) {
      return this.#resource(known, Number(number), question.signal)
    }
    if (question.method !== 'POST') return { status: 405, headers: { allow: 'POST' } }
    if (question.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== IPP_TYPE) return { status: 415 }
    let asked: Asked
    try {
      asked = await askedIn(question.body)
    } catch (error) {
      if (faultOf(error).kind !== 'peer') throw error
      return { status: 400 }
    }
    const { message, document } = asked
    let answer
    try {
      answer = await conduct({ jobs: this.#jobs, clock: this.#host.clock }, target, {
        message,
        document,
        signal: question.signal,
      })
    } catch (error) {
      const fault = faultOf(error)
      this.#host.log.info('a printer nearby did not answer', { fault })
      const isGone = fault.code === 'neighbours/not-there'
      if (isGone) void this.ask(known.device)
      answer = refusal(message, isGone ? status.gone : status.unavailable, fault.message)
    }
    const body = encodeIpp(toProgram(answer, `localhost:${this.#listener!.local.port}/ipp/print/${key}`))
    return { status: 200, headers: { 'content-type': IPP_TYPE }, body }
  }

  async #resource({ device, printer }: Known, number: number, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.#lines.ask(device, {
      method: 'GET',
      target: `/printers/${printer.id}/web/${number}`,
      signal,
    })
    return {
      status: 200,
      headers: {
        'content-type': answer.type ?? 'application/octet-stream',
        // It comes from somebody else: whatever it is, it may do nothing here.
        'content-security-policy': "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'",
        'x-content-type-options': 'nosniff',
      },
      body: answer.body,
    }
  }

  #forgetStrangers(): void {
    const before = this.#known.size
    for (const [key, { device }] of this.#known) if (!this.#book.isPaired(device)) this.#known.delete(key)
    if (this.#known.size !== before) void this.#settle()
    else this.#tell()
  }

  #uriOf(key: string): string {
    return `ipp://localhost:${this.#listener?.local.port ?? 0}/ipp/print/${key}`
  }

  #tell(): void {
    const near = new Set(this.#book.friends)
    this.all.set(
      [...this.#known.values()].map(({ key, device, printer }): NearbyPrinter => {
        const { uuid: _, ...shown } = printer
        const state = near.has(device) ? printer.state : 'away'
        return { ...shown, state, id: key, device, uri: this.#uriOf(key) }
      }),
    )
  }

  #store(): void {
    const printers = [...this.#known.values()].map(({ device, printer }) => ({
      device: idBytes(device),
      printer: encodePrinters([printer]),
    }))
    const bytes = printers.length === 0 ? undefined : encode({ printers })
    if (this.#host.keep.get('near-printers')?.toHex() !== bytes?.toHex()) this.#host.keep.set('near-printers', bytes)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]()
    await this.#settling
    await Promise.all([...this.#announced.values()].map(({ announcement }) => announcement[Symbol.asyncDispose]()))
    await this.#listener?.[Symbol.asyncDispose]()
  }
}

function keyOf(device: string, id: string): string {
  return `${device.slice(0, DEVICE_DIGITS)}${id}`
}

function decodedName(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}

function* keptPrinters({ keep }: Pick<Host, 'keep'>): Generator<Known> {
  const bytes = keep.get('near-printers')
  const read = bytes === undefined ? undefined : attempt(() => decodeDict(bytes, { maxDepth: 4 }))
  if (read?.ok !== true) return
  for (const dict of read.value.list('printers')?.needDicts() ?? []) {
    const device = deviceId(dict.needBytes('device'))
    for (const printer of decodePrinters(dict.needBytes('printer'))) {
      yield { key: keyOf(device, printer.id), device, printer }
    }
  }
}
