import type { Host } from '@kith/core/network/host.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { Book } from '../book.ts'
import type { Known } from './known.ts'

/** RFC 6763 4.1.1: what is longer is cut by who announces it, and two that differ in their ends are one. */
const MOST_LABEL_BYTES = 63

/** What is said of a printer: its name, and its facts. */
interface Announcement {
  readonly name: string
  readonly facts: Readonly<Record<string, string>>
}

/** A printer that is announced, and as what. */
interface Announced extends Announcement {
  readonly running: AsyncDisposable
}

/** What programs of this machine, and nobody else, hear of the printers of devices nearby. */
export class Announcements implements AsyncDisposable {
  readonly #host: Pick<Host, 'discovery'>
  readonly #book: Pick<Book, 'get'>
  readonly #announced = new Map<string, Announced>()

  constructor(host: Pick<Host, 'discovery'>, book: Pick<Book, 'get'>) {
    this.#host = host
    this.#book = book
  }

  /** Whether an address is that of one of them: print systems name what was announced by its name. */
  names(uri: string): boolean {
    const text = decoded(uri)
    return [...this.#announced.values()].some(({ name }) => text.includes(name))
  }

  /** Announces these and no others, at a port of this machine; all that went before has to have ended. */
  async settle(known: Iterable<Known>, port: number | undefined): Promise<void> {
    const wanted = new Map<string, Announcement>()
    const taken = new Set<string>()
    for (const one of known) {
      const announcement = this.#announcementOf(one, taken)
      taken.add(announcement.name)
      wanted.set(one.key, announcement)
    }
    for (const [key, { name, facts, running }] of this.#announced) {
      const now = wanted.get(key)
      if (now?.name === name && JSON.stringify(now.facts) === JSON.stringify(facts)) continue
      this.#announced.delete(key)
      await running[Symbol.asyncDispose]()
    }
    if (port === undefined) return
    for (const [key, announcement] of wanted) {
      if (this.#announced.has(key)) continue
      const running = await this.#host.discovery.announce({
        ...announcement,
        type: 'ipp',
        subtypes: ['universal', 'print'],
        port,
        hereOnly: true,
      })
      this.#announced.set(key, { ...announcement, running })
    }
  }

  /** Bonjour Printing 1.2, and PWG 5100.14 4.2. */
  #announcementOf({ key, device, printer }: Known, taken: ReadonlySet<string>): Announcement {
    const owner = this.#book.get(device)?.name ?? device.slice(0, 8)
    const plain = `${printer.name} @ ${owner}`.replaceAll('.', '-')
    // Two of one name would be one to who looks. The first keeps its name: print queues go by it.
    const name =
      ['', device.slice(0, 8), printer.id.slice(0, 16)]
        .map((more) => (more === '' ? cut(plain, MOST_LABEL_BYTES) : `${cut(plain, MOST_LABEL_BYTES - 17)} ${more}`))
        .find((one) => !taken.has(one)) ?? key
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
    return { name, facts }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#announced.values()].map(({ running }) => running[Symbol.asyncDispose]()))
  }
}

/** What fits, of whole characters. */
function cut(text: string, bytes: number): string {
  let short = text
  while (utf8(short).length > bytes) short = short.slice(0, -1).toWellFormed()
  return short
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}
