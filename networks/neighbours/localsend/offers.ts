import type { SentFile } from '@kith/core/network/deliveries.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { sameSecret } from '@kith/wire/hash/same-secret.ts'
import type { PinGuesses } from './guesses.ts'

/** Wrong PINs of all together that end what is offered: of ten thousand, nobody guesses the right one in so many. */
export const MOST_WRONG_IN_ALL = 20
/** Devices that fetch at once. */
const MOST_FETCHING = 100

interface Offer {
  readonly files: readonly SentFile[]
  readonly pin: string
}

interface Fetching {
  readonly from: string
  readonly offer: Offer
}

/**
 * What others may fetch by the download API (section 5): only what is offered with a PIN, because the port is known to
 * everybody. A session is good for the address that asked, as long as the offer stands.
 */
export class Offers {
  readonly #draw: () => string
  readonly #guesses: PinGuesses
  readonly #offers = new Set<Offer>()
  readonly #fetching = new Map<string, Fetching>()
  #wrong = 0

  /** @param draw makes a new text that nobody guesses */
  constructor(draw: () => string, guesses: PinGuesses) {
    this.#draw = draw
    this.#guesses = guesses
  }

  get any(): boolean {
    return this.#offers.size > 0
  }

  /** Until disposed. */
  add(files: readonly SentFile[], pin: string): Disposable {
    const offer: Offer = { files, pin }
    if (!this.any) this.#wrong = 0
    this.#offers.add(offer)
    return { [Symbol.dispose]: () => this.#remove(offer) }
  }

  /** A device wants to know what there is; `session` is one that it has already. */
  ask(
    from: string,
    pin: string | null,
    session: string | null,
    now: number,
  ): { readonly session: string; readonly files: readonly SentFile[] } | 401 | 403 | 429 {
    const known = this.#fetching.get(session ?? '')
    if (known?.from === from) return { session: session!, files: known.offer.files }
    if (!this.any) return 403
    let offer: Offer | undefined
    const isRight = (given: string): boolean => {
      offer = [...this.#offers].find((one) => sameSecret(utf8(one.pin), utf8(given)))
      return offer !== undefined
    }
    const refused = this.#guesses.check(from, isRight, pin, now)
    if (refused === 401 && pin !== null && ++this.#wrong >= MOST_WRONG_IN_ALL) {
      for (const one of this.#offers) this.#remove(one)
    }
    if (refused !== undefined) return refused
    const drawn = this.#draw()
    if (this.#fetching.size >= MOST_FETCHING) this.#fetching.delete(this.#fetching.keys().next().value!)
    this.#fetching.set(drawn, { from, offer: offer! })
    return { session: drawn, files: offer!.files }
  }

  /** A file of a session, by its place in the list. */
  file(session: string, id: string, from: string): SentFile | undefined {
    const fetching = this.#fetching.get(session)
    return fetching?.from === from && /^\d{1,4}$/.test(id) ? fetching.offer.files[Number(id)] : undefined
  }

  #remove(offer: Offer): void {
    this.#offers.delete(offer)
    for (const [session, fetching] of this.#fetching) if (fetching.offer === offer) this.#fetching.delete(session)
  }
}
