import { concat } from '@kith/wire/bytes.ts'
import type { Guest } from './guest.ts'

/** Users on one page: a change makes one page anew, and who comes is given the others as they are. */
const pageUsers = 64

interface Page {
  readonly guests: Set<Guest>
  bytes: Uint8Array | undefined
}

/** The list of users in one protocol, kept in pages of bytes that all who come share. */
export class Pages {
  readonly #write: (guest: Guest) => Uint8Array
  readonly #pages: Page[] = []
  readonly #where = new Map<Guest, Page>()
  readonly #open = new Set<Page>()
  #length = 0

  constructor(write: (guest: Guest) => Uint8Array) {
    this.#write = write
  }

  /** About how many bytes all pages have. */
  get length(): number {
    return this.#length
  }

  add(guest: Guest): void {
    let page = this.#open.values().next().value
    if (page === undefined) {
      page = { guests: new Set(), bytes: undefined }
      this.#pages.push(page)
      this.#open.add(page)
    }
    page.guests.add(guest)
    if (page.guests.size >= pageUsers) this.#open.delete(page)
    this.#where.set(guest, page)
    if (page.bytes === undefined) return
    // Only what is new is written: a crowd that logs in asks for this page after each of them.
    const more = this.#write(guest)
    page.bytes = concat([page.bytes, more])
    this.#length += more.length
  }

  changed(guest: Guest): void {
    const page = this.#where.get(guest)
    if (page !== undefined) this.#stale(page)
  }

  remove(guest: Guest): void {
    const page = this.#where.get(guest)
    if (page === undefined) return
    this.#where.delete(guest)
    page.guests.delete(guest)
    this.#open.add(page)
    this.#stale(page)
  }

  *all(): Generator<Uint8Array> {
    for (const page of this.#pages) {
      if (page.guests.size === 0) continue
      if (page.bytes === undefined) {
        page.bytes = concat([...page.guests].map(this.#write))
        this.#length += page.bytes.length
      }
      yield page.bytes
    }
  }

  #stale(page: Page): void {
    this.#length -= page.bytes?.length ?? 0
    page.bytes = undefined
  }
}
