import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { PeerBook } from './peer-book.ts'

/** Dials of one torrent under way at once. */
const dialsAtOnce = 10
const dialTimeoutMs = 10_000

export interface DiallerWorld {
  readonly host: Pick<Host, 'clock' | 'net'>
  readonly subject: Subject
  readonly book: PeerBook
  /** Whether a peer more is welcome while `dials` are under way. */
  room(dials: number): boolean
  reached(connection: Connection, endpoint: Endpoint): void
}

/** Dials the peers of a torrent, the most promising first, as long as there is room for them. */
export class Dialler implements Disposable {
  readonly #world: DiallerWorld
  readonly #stop = new AbortController()
  #dials = 0

  constructor(world: DiallerWorld) {
    this.#world = world
  }

  /** Dials under way. */
  get dials(): number {
    return this.#dials
  }

  /** Dials as many as may be dialled now; to be called whenever there may be more to do. */
  dial(): void {
    const { host, subject, book } = this.#world
    const now = host.clock.now()
    while (!this.#stop.signal.aborted && this.#dials < dialsAtOnce && this.#world.room(this.#dials)) {
      const endpoint = book.take(now, subject.stage.current !== 'giving')
      if (endpoint === undefined) return
      this.#dials++
      void this.#connect(endpoint).finally(() => {
        this.#dials--
      })
    }
  }

  async #connect(endpoint: Endpoint): Promise<void> {
    const { host, subject, book } = this.#world
    const { signal } = this.#stop
    try {
      const connection = await host.net.connect(endpoint, { budget: subject.budget, timeoutMs: dialTimeoutMs, signal })
      if (signal.aborted) return connection.close()
      this.#world.reached(connection, endpoint)
    } catch (error) {
      // Unreachable peers are the rule, not a fault: the book remembers, and blames nobody for a cable that is not plugged in.
      const { kind, code } = faultOf(error)
      const here = kind === 'local' || code === 'net/unreachable'
      book.done(endpoint, { kind: here ? 'cut-off' : 'unreachable' }, host.clock.now())
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort(fail('gone', 'bittorrent/closing', 'The torrent is being closed'))
  }
}
