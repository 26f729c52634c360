import type { Fault } from '../fault/fault.ts'
import { Blame } from './blame.ts'
import type { Collector } from './collector.ts'
import type { Lane, LanePort } from './lane.ts'
import { lanePort, type PortWorld } from './lane-port.ts'
import type { LaneState } from './lane-state.ts'
import { laneState } from './lane-state.ts'
import { Supply } from './supply.ts'

/** A lane as the page shows it. */
export interface LaneView {
  readonly lane: Lane
  readonly received: number
  readonly claimed: number
  readonly parole: boolean
  /** Cells that it has and that we want and lack. */
  readonly wanted: number
}

const badBytes: Fault = {
  kind: 'peer',
  code: 'transfer/bad-bytes',
  message: 'It sent bytes that are not those of the content',
}

/** The open lanes of a transfer, of all networks, and the collector that they deliver to once the bytes are described. */
export class OpenLanes {
  readonly blame: Blame = new Blame()
  readonly #states = new Map<number, LaneState>()
  readonly #ports: PortWorld
  #collector: Collector | undefined
  #next = 1
  #down = 0
  #wasted = 0

  constructor() {
    const collector = (): Collector | undefined => this.#collector
    this.#ports = {
      get collector() {
        return collector()
      },
      count: (down, wasted) => {
        this.#down += down
        this.#wasted += wasted
      },
      close: (state) => {
        if (this.#states.delete(state.id)) this.#collector?.leave(state)
      },
    }
  }

  /** Payload that came, in bytes. */
  get down(): number {
    return this.#down
  }

  /** Payload that came and was of no use, in bytes. */
  get wasted(): number {
    return this.#wasted
  }

  open(lane: Lane): LanePort {
    const state = laneState(this.#next++, lane)
    this.#states.set(state.id, state)
    if (this.#collector !== undefined) this.#join(state, this.#collector)
    return lanePort(state, this.#ports)
  }

  /** From now on they deliver here. What they were asked for before has to be abandoned first. */
  deliverTo(collector: Collector): void {
    this.#collector = collector
    for (const state of this.#states.values()) {
      this.#join(state, collector)
      collector.cells.supplyAnew(state)
      state.lane.wake()
    }
  }

  #join(state: LaneState, collector: Collector): void {
    state.supply = new Supply(collector.cells.grid.count)
    collector.join(state)
  }

  /** Nothing of what was asked for is wanted from them any more. */
  abandon(): void {
    for (const state of this.#states.values()) {
      state.lane.abandon()
      this.#collector?.putBack(state)
    }
  }

  /** Something is wanted that was not before. */
  wake(): void {
    for (const { lane } of this.#states.values()) lane.wake()
  }

  /** Ends all lanes of a peer that is guilty of bad bytes. */
  punish(peerKey: string): void {
    for (const { key, lane } of this.#states.values()) if (key === peerKey) lane.close(badBytes)
  }

  close(): void {
    for (const { lane } of this.#states.values()) lane.close()
  }

  *views(): Generator<LaneView> {
    for (const { lane, key, received, claims, supply } of this.#states.values())
      yield { lane, received, claimed: claims.size, parole: this.blame.onParole(key), wanted: supply.wanted }
  }
}
