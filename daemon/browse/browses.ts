import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Browse } from '@kith/core/network/facets.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import { FileTree } from './tree.ts'

/** Trees that are kept, and the files in all of them; the oldest goes first. */
const mostTrees = 12
const mostFilesKept = 400_000
/** Lists that are read at once. */
const mostReading = 6
/** A list is as good as new for so long. */
const freshMs = 5 * 60_000
/** Who has a queue answers within minutes, or not at all. */
const patienceMs = 3 * 60_000

/** What one person shares: it is read while others look at it. */
export class Browsing {
  readonly id: string
  readonly peer: Peer
  readonly at: number
  readonly tree: FileTree = new FileTree()
  state: 'reading' | 'done' | 'failed' = 'reading'
  fault: Fault | undefined
  readonly #stop = new AbortController()

  constructor(id: string, peer: Peer, at: number) {
    this.id = id
    this.peer = peer
    this.at = at
  }

  async read(browse: Browse, clock: Clock): Promise<void> {
    using _timer = clock.after(patienceMs, () =>
      this.#stop.abort(fail('unavailable', 'browse/no-answer', `${this.peer.name} does not answer`)),
    )
    try {
      for await (const entry of browse.browse(this.peer, this.#stop.signal)) if (!this.tree.add(entry)) break
      this.state = 'done'
    } catch (error) {
      this.state = 'failed'
      this.fault = faultOf(error)
    }
  }

  stop(): void {
    this.#stop.abort(fail('gone', 'browse/closed', 'Nobody looks at it any more'))
  }
}

/** What was browsed of late. */
export class Browses implements Disposable {
  readonly #clock: Clock
  readonly #random: Random
  readonly #all = new Map<string, Browsing>()

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** The newest first. */
  list(): readonly Browsing[] {
    return [...this.#all.values()].reverse()
  }

  /** @throws FaultError `input` `browse/unknown` */
  get(id: string): Browsing {
    const found = id === 'last' ? this.list()[0] : this.#all.get(id)
    if (found !== undefined) return found
    throw fail('input', 'browse/unknown', 'That is not kept any more', { hint: 'Browse them again.' })
  }

  /** Asks somebody; whose list is fresh only when it is to be again. @throws FaultError `unavailable` `browse/too-many` */
  start(peer: Peer, browse: Browse, again: boolean): Browsing {
    const known = this.list().find((one) => one.peer.network === peer.network && one.peer.key === peer.key)
    const isFresh = known?.state === 'done' && this.#clock.now() - known.at < freshMs && !again
    if (known !== undefined && (isFresh || known.state === 'reading')) return known
    if (this.list().filter(({ state }) => state === 'reading').length >= mostReading) {
      throw fail('unavailable', 'browse/too-many', `${mostReading} people are asked at once already`)
    }
    if (known !== undefined) this.#all.delete(known.id)
    const browsing = new Browsing(this.#random.bytes(4).toHex(), peer, this.#clock.now())
    this.#all.set(browsing.id, browsing)
    void browsing.read(browse, this.#clock).then(() => this.#forgetOld())
    return browsing
  }

  close(id: string): void {
    const browsing = this.get(id)
    browsing.stop()
    this.#all.delete(browsing.id)
  }

  #forgetOld(): void {
    let files = this.list().reduce((sum, { tree }) => sum + tree.root.count, 0)
    for (const one of this.#all.values()) {
      if (this.#all.size <= 1 || (this.#all.size <= mostTrees && files <= mostFilesKept)) return
      if (one.state === 'reading') continue
      files -= one.tree.root.count
      this.#all.delete(one.id)
    }
  }

  [Symbol.dispose](): void {
    for (const browsing of this.#all.values()) browsing.stop()
    this.#all.clear()
  }
}
