import type { Clock } from '@kith/core/network/clock.ts'
import type { Frame } from '@kith/core/network/taps.ts'
import type { SegmentPlan } from '../wire/segments.ts'
import { hostOf, isForMany, isFrom } from './filter.ts'

/** Frames for everybody that one member may send in a second, and as many at once: a game tells of itself twice. */
const MANY_PER_SECOND = 200

/** Where a member, or this machine, is attached. */
export interface Port {
  send(frame: Frame): void
  /** Nothing more comes for now: what was gathered goes. */
  flush(): void
}

interface Attached {
  readonly port: Port
  /** Frames for everybody that it has left. */
  left: number
  at: number
}

/**
 * An Ethernet switch that need not learn: every member's address is given to it, so the table is known, nobody can take
 * another's place, and a frame for nobody is dropped instead of being sent to all.
 */
export class Switch {
  readonly #network: SegmentPlan['network']
  readonly #clock: Clock
  readonly #prefix: SegmentPlan['prefix']
  readonly #ports = new Map<number, Attached>()

  constructor(network: SegmentPlan['network'], clock: Clock, prefix?: SegmentPlan['prefix']) {
    this.#network = network
    this.#clock = clock
    this.#prefix = prefix
  }

  attach(host: number, port: Port): Disposable {
    const attached = { port, left: MANY_PER_SECOND, at: this.#clock.now() }
    this.#ports.set(host, attached)
    return {
      [Symbol.dispose]: () => {
        if (this.#ports.get(host) === attached) this.#ports.delete(host)
      },
    }
  }

  /** Whether a frame may come from a member. */
  isFrom(host: number, bytes: Uint8Array): boolean {
    return isFrom(bytes, this.#network, host, this.#prefix)
  }

  /** A frame that came in at a port. @param trusted from this machine itself, which may speak for the internet */
  forward(from: number, frame: Frame, trusted = false): void {
    const { bytes } = frame
    const source = this.#ports.get(from)
    if (source === undefined || (!trusted && !this.isFrom(from, bytes))) return
    if (!isForMany(bytes)) {
      const to = hostOf(bytes, this.#network)
      if (to !== undefined && to !== from) this.#ports.get(to)?.port.send(frame)
      return
    }
    if (!this.#mayFlood(source)) return
    for (const [host, { port }] of this.#ports) if (host !== from) port.send(frame)
  }

  flush(): void {
    for (const { port } of this.#ports.values()) port.flush()
  }

  #mayFlood(source: Attached): boolean {
    const now = this.#clock.now()
    source.left = Math.min(MANY_PER_SECOND, source.left + ((now - source.at) / 1000) * MANY_PER_SECOND)
    source.at = now
    if (source.left < 1) return false
    source.left--
    return true
  }
}
