import type { Clock } from '../network/clock.ts'
import type { Budget, Direction, Rates } from './budget.ts'
import { bucket, type Bucket } from './bucket.ts'
import { meter, type Meter } from './meter.ts'
import { seats, type SeatCount, type SeatQueue } from './seats.ts'
import { branch, turns, type Branch, type Turns } from './turns.ts'

/** Makes up for what division leaves of a whole byte. */
const ROUNDING = 1e-6

/** What a budget counts and limits, whichever path leads over it. */
interface Node {
  readonly name: string
  readonly seats: SeatCount
  readonly meters: Readonly<Record<Direction, Meter>>
  readonly buckets: Readonly<Record<Direction, Bucket>>
}

/** What all budgets of one tree share. */
interface Tree {
  readonly clock: Clock
  readonly turns: Readonly<Record<Direction, Turns>>
  readonly seatQueue: SeatQueue
}

/** A node as the end of one path: by way of the internet's root, or of the local network's. */
interface Place {
  readonly nodes: readonly Node[]
  readonly branches: Readonly<Record<Direction, Branch>>
  readonly budget: Budget | undefined
}

function node(name: string): Node {
  return {
    name,
    seats: { limit: undefined, taken: 0 },
    meters: { down: meter(), up: meter() },
    buckets: { down: bucket(), up: bucket() },
  }
}

function place(own: Node, above: Place | undefined): Place {
  return {
    nodes: above === undefined ? [own] : [own, ...above.nodes],
    branches: {
      down: branch(own.buckets.down, above?.branches.down),
      up: branch(own.buckets.up, above?.branches.up),
    },
    budget: above?.budget,
  }
}

function budget(tree: Tree, at: Place, local: Place): Budget {
  const { nodes, branches } = at
  const own = nodes[0]!
  const ownSeats = seats(
    nodes.map((each) => each.seats),
    tree.seatQueue,
  )

  const made: Budget = {
    name: own.name,
    parent: at.budget,
    get rates() {
      return { down: own.buckets.down.rate, up: own.buckets.up.rate }
    },
    get local() {
      return localBudget
    },
    seats: ownSeats,
    limit(rates: Rates) {
      const now = tree.clock.now()
      for (const direction of ['down', 'up'] as const) {
        own.buckets[direction].limit(rates[direction], now)
        tree.turns[direction].wake()
      }
    },
    available(direction, wanted, now) {
      let most = wanted
      for (const each of nodes) {
        const gate = each.buckets[direction]
        if (gate.rate !== undefined) most = Math.min(most, Math.floor(gate.level(now) + ROUNDING))
      }
      return Math.max(0, most)
    },
    spend(direction, bytes, now) {
      for (const each of nodes) {
        each.meters[direction].add(bytes, now)
        each.buckets[direction].take(bytes, now)
      }
    },
    readyAt(direction, bytes, now) {
      let at = now
      for (const each of nodes) at = Math.max(at, each.buckets[direction].readyAt(bytes, now))
      return at
    },
    wait: (direction, bytes, ready) => tree.turns[direction].wait(branches[direction], bytes, ready),
    total: (direction) => own.meters[direction].total,
    rate: (direction, now) => own.meters[direction].rate(now),
    unlimited(direction) {
      for (const each of nodes) if (each.buckets[direction].rate !== undefined) return false
      return true
    },
    child(name) {
      const below = node(name)
      const within = place(below, { ...local, budget: localBudget })
      return budget(tree, at === local ? within : place(below, { ...at, budget: made }), within)
    },
  }
  const localBudget: Budget = at === local ? made : budget(tree, local, local)
  return made
}

/**
 * A tree of budgets without limits. The root counts and limits what goes to and comes from the internet; its
 * `local` counts and limits the local network, beside it. Time comes from `clock` only.
 */
export function budgets(clock: Clock): Budget {
  const internet = place(node('internet'), undefined)
  const local = place(node('local network'), undefined)
  const queue = (direction: Direction): Turns => turns(clock, [internet.branches[direction], local.branches[direction]])
  const tree: Tree = { clock, turns: { down: queue('down'), up: queue('up') }, seatQueue: new Set() }
  return budget(tree, internet, local)
}
