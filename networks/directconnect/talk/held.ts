import { broken } from '@kith/wire/fault.ts'

/** Characters that a hub may have us keep of its users: the largest there are have some ten million. */
const most = 64 * 1024 * 1024

/** Counts what is kept of each user of a hub, which may say anything of any number of them. */
export class Held {
  readonly #of = new Map<string, number>()
  #all = 0

  /** So much is kept of somebody now. @throws FaultError `peer` `directconnect/too-much` */
  set(id: string, texts: Iterable<string>): void {
    let length = 0
    for (const text of texts) length += text.length
    this.#all += length - (this.#of.get(id) ?? 0)
    this.#of.set(id, length)
    if (this.#all > most) throw broken('directconnect/too-much', 'The hub says more of its users than any hub does')
  }

  delete(id: string): void {
    this.#all -= this.#of.get(id) ?? 0
    this.#of.delete(id)
  }
}
