import type { Collector } from './collector.ts'
import { blockSize, type LanePort } from './lane.ts'
import type { LaneState } from './lane-state.ts'
import { cellsWithin } from './supply.ts'

/** What ports need of the transfer. */
export interface PortWorld {
  /** The one of now: a new proof replaces it. */
  readonly collector: Collector | undefined
  /** Payload that came, and payload that nobody wanted. */
  count(down: number, wasted: number): void
  close(state: LaneState): void
}

/** A transfer as one of its lanes sees it. */
export function lanePort(state: LaneState, world: PortWorld): LanePort {
  function tellWanted(change: (collector: Collector) => void): void {
    const { collector } = world
    if (collector === undefined) return
    const before = state.supply.wanted > 0
    change(collector)
    if (state.supply.wanted > 0 !== before) state.lane.wake()
  }
  return {
    get wanted() {
      return state.supply.wanted > 0
    },
    get claimed() {
      return state.claims.size
    },
    supply: (start, end) =>
      tellWanted(({ cells }) => {
        const { first, last } = cellsWithin(cells.grid, start, end)
        cells.supply(state, first, last)
      }),
    supplyAll: () => tellWanted(({ cells }) => cells.supplyAll(state)),
    supplyAnew: () => tellWanted(({ cells }) => cells.supplyAnew(state)),
    claim: (count, into) => world.collector?.claim(state, count, into) ?? 0,
    takeCell: (most) => {
      const cell = world.collector?.takeCell(state, most)
      if (cell === undefined) return undefined
      const { start, end } = cell.check
      return {
        ...cell,
        settle: (outcome) => {
          if (outcome === 'right' || outcome === 'wrong') world.count(end - start, 0)
          cell.settle(outcome)
        },
      }
    },
    place: (offset, length) => {
      const memory = world.collector?.place(state, offset, length)
      // Only the first block is passed over: about the rest of a run it is asked again.
      if (memory === undefined) world.count(0, Math.min(length, blockSize))
      return memory
    },
    delivered: (offset, length) => {
      world.count(length, 0)
      world.collector?.delivered(state, offset, length)
    },
    refused: (offset) => world.collector?.refused(state, offset),
    putBack: () => world.collector?.putBack(state),
    [Symbol.dispose]: () => world.close(state),
  }
}
