import { faultOf } from '@kith/core/fault/fault.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { NearbyPrinter } from '@kith/core/offer/printers.ts'
import type { WritableValue } from '@kith/core/value/value.ts'
import { value } from '@kith/core/value/value.ts'
import type { Book } from '../book.ts'
import { type Lines, wholeOf } from '../lines.ts'
import { decodeIpp, encodeIpp, MOST_ANSWER_BYTES } from '../wire/ipp.ts'
import { decodePrinters, MOST_PRINTERS_BYTES, type ToldPrinter } from '../wire/printers.ts'
import { Announcements } from './announcements.ts'
import { joined, PRINT_MS } from './ask.ts'
import { PrinterDoor } from './door.ts'
import type { Jobs, Target } from './jobs.ts'
import { keepPrinters, keptPrinters, type Known, knownPrinter } from './known.ts'

/** How often devices are asked which printers they have for us; they also tell when that changes. */
const LOOK_MS = 30_000

/** Printers of devices nearby, as printers of this machine. They stay while their device is away. */
export class NearbyPrinters implements AsyncDisposable {
  readonly all: WritableValue<readonly NearbyPrinter[]> = value<readonly NearbyPrinter[]>([])
  readonly #host: Host
  readonly #book: Book
  readonly #lines: Lines
  readonly #known = new Map<string, Known>()
  readonly #door: PrinterDoor
  readonly #announcements: Announcements
  /** Devices that are asked just now, and whether they have to be asked again: what they say now may be of before. */
  readonly #asked = new Map<string, { again: boolean }>()
  readonly #resources = new AsyncDisposableStack()
  readonly #announces: boolean
  #settling: Promise<void> = Promise.resolve()
  #friends = ''

  constructor(host: Host, book: Book, lines: Lines, jobs: Jobs, announces: boolean) {
    this.#host = host
    this.#book = book
    this.#lines = lines
    this.#announces = announces
    this.#announcements = new Announcements(host, book)
    this.#door = new PrinterDoor(host, {
      jobs,
      lines,
      find: (key) => this.#find(key),
      gone: ({ device }) => void this.ask(device),
    })
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
    const url = URL.parse(uri.replace(/^ipp/, 'http'))
    return url !== null && (this.#door.isAt(url) || this.#announcements.names(uri))
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
    const now = new Map(told.map((printer) => knownPrinter(device, printer)).map((one) => [one.key, one]))
    for (const [key, one] of this.#known) if (one.device === device && !now.has(key)) this.#known.delete(key)
    for (const [key, one] of now) this.#known.set(key, one)
    await this.#settle()
  }

  /** How one of them is printed on. */
  target(key: string): Target | undefined {
    return this.#find(key)?.target
  }

  #find(key: string): { readonly known: Known; readonly target: Target } | undefined {
    const known = this.#known.get(key)
    return known === undefined ? undefined : { known, target: this.#targetOf(known) }
  }

  #targetOf({ key, device, printer }: Known): Target {
    return {
      id: key,
      name: printer.name,
      way: 'from here',
      device,
      uri: this.#door.uriOf(key),
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
    keepPrinters(this.#host, this.#known.values())
    if (this.#known.size > 0) await this.#door.open()
    this.#tell()
    await this.#announcements.settle(this.#known.values(), this.#announces ? this.#door.port : undefined)
  }

  #forgetStrangers(): void {
    const before = this.#known.size
    for (const [key, { device }] of this.#known) if (!this.#book.isPaired(device)) this.#known.delete(key)
    if (this.#known.size !== before) void this.#settle()
    else this.#tell()
  }

  #tell(): void {
    const near = new Set(this.#book.friends)
    this.all.set(
      [...this.#known.values()].map(({ key, device, printer }): NearbyPrinter => {
        const { uuid: _, ...shown } = printer
        const state = near.has(device) ? printer.state : 'away'
        return { ...shown, state, id: key, device, uri: this.#door.uriOf(key) }
      }),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]()
    await this.#settling
    await this.#announcements[Symbol.asyncDispose]()
    await this.#door[Symbol.asyncDispose]()
  }
}
