import type { Clock } from '../network/clock.ts'

/** Least time between two rounds: a round then serves many, and no burst is so short that it would be missed. */
const ROUND_MS = 5
/** What one gets before the next has its turn. */
const QUANTUM_BYTES = 16 * 1024
/** A round is worth having when this much of a second's rate has come together … */
const PORTION_SECONDS = 0.02
/** … and not less than this, whatever the rate. */
const LEAST_PORTION_BYTES = 512

/** A place that limits, as the queue sees it. */
export interface Gate {
  readonly rate: number | undefined
  level(now: number): number
  readyAt(bytes: number, now: number): number
}

/** One budget's part of the queue: those who wait at it, and the parts below that are not empty. */
export interface Branch {
  readonly gate: Gate
  readonly parent: Branch | undefined
  readonly queue: Set<Branch | Waiter>
  /** Bytes dealt to this branch, moved up to the others' when it comes back from a silence. */
  served: number
  /** What the entry served last had then: where a newcomer to the queue begins. */
  floor: number
}

interface Waiter {
  readonly at: Branch
  readonly wanted: number
  readonly ready: (bytes: number) => void
  granted: number
  served: number
}

export function branch(gate: Gate, parent: Branch | undefined): Branch {
  return { gate, parent, queue: new Set(), served: 0, floor: 0 }
}

export interface Turns {
  wait(at: Branch, bytes: number, ready: (bytes: number) => void): Disposable
  /** Looks again: a limit was changed. */
  wake(): void
}

function isWaiter(entry: Branch | Waiter): entry is Waiter {
  return 'wanted' in entry
}

function portion(rate: number | undefined): number {
  return Math.max(LEAST_PORTION_BYTES, (rate ?? 0) * PORTION_SECONDS)
}

function leave(entry: Branch | Waiter, from: Branch): void {
  from.queue.delete(entry)
  if (from.queue.size === 0 && from.parent !== undefined) leave(from, from.parent)
}

function join(entry: Branch | Waiter, to: Branch): void {
  if (to.queue.has(entry)) return
  entry.served = Math.max(entry.served, to.floor)
  to.queue.add(entry)
}

/**
 * Deals out what several limits let through, in turn: at each branch the entry that was served least comes next, so
 * that children of a limited budget get equal parts whatever crowd waits below each. `roots` are the ends of all paths.
 */
export function turns(clock: Clock, roots: readonly Branch[]): Turns {
  let timer: { readonly at: number; readonly handle: Disposable } | undefined
  let lastRound = Number.NEGATIVE_INFINITY

  /** When a waiter here could get a portion, as far as this gate and those above are concerned. */
  function gatesOpenAt(place: Branch, now: number): number {
    let at = now
    for (let each: Branch | undefined = place; each !== undefined; each = each.parent) {
      at = Math.max(at, each.gate.readyAt(portion(each.gate.rate), now))
    }
    return at
  }

  function earliest(place: Branch, now: number): number {
    if (place.queue.size === 0) return Number.POSITIVE_INFINITY
    let below = Number.POSITIVE_INFINITY
    for (const entry of place.queue) {
      below = isWaiter(entry) ? now : Math.min(below, earliest(entry, now))
      if (below <= now) break
    }
    return Math.max(below, place.gate.readyAt(portion(place.gate.rate), now))
  }

  function plan(ready: number, now: number): void {
    if (ready === Number.POSITIVE_INFINITY) return
    // A clock that was set back must not put the next round off.
    lastRound = Math.min(lastRound, now)
    const at = Math.max(ready, lastRound + ROUND_MS)
    if (timer !== undefined && timer.at <= at) return
    timer?.handle[Symbol.dispose]()
    timer = { at, handle: clock.after(Math.max(0, at - now), round) }
  }

  function planAll(): void {
    const now = clock.now()
    plan(Math.min(...roots.map((root) => earliest(root, now))), now)
  }

  function round(): void {
    timer = undefined
    const now = clock.now()
    lastRound = now
    const left = new Map<Gate, number>()
    const served = new Set<Waiter>()
    for (const root of roots) {
      for (let waiter = pick(root); waiter !== undefined; waiter = pick(root)) {
        served.add(waiter)
        grant(waiter)
      }
    }
    for (const waiter of served) leave(waiter, waiter.at)
    for (const waiter of served) waiter.ready(waiter.granted)
    planAll()

    function leftAt(gate: Gate): number {
      let known = left.get(gate)
      if (known === undefined)
        left.set(gate, (known = gate.rate === undefined ? Infinity : Math.floor(gate.level(now))))
      return known
    }

    /** The one served least below a branch; among equals the one that waits longest. */
    function pick(from: Branch): Waiter | undefined {
      if (leftAt(from.gate) < 1) return undefined
      const shut = new Set<Branch>()
      for (;;) {
        let least: Branch | Waiter | undefined
        for (const entry of from.queue) {
          if (least !== undefined && least.served <= entry.served) continue
          if (isWaiter(entry) || (!shut.has(entry) && leftAt(entry.gate) >= 1)) least = entry
          // What its own limit holds back gets no claim to more later.
          else entry.served = Math.max(entry.served, from.floor)
        }
        if (least === undefined) return undefined
        const found = isWaiter(least) ? least : pick(least)
        if (found !== undefined) {
          from.floor = Math.max(from.floor, least.served)
          from.queue.delete(least)
          from.queue.add(least)
          return found
        }
        if (!isWaiter(least)) shut.add(least)
      }
    }

    function grant(waiter: Waiter): void {
      let most = Number.POSITIVE_INFINITY
      for (let at: Branch | undefined = waiter.at; at !== undefined; at = at.parent) {
        most = Math.min(most, leftAt(at.gate))
      }
      const rest = waiter.wanted - waiter.granted
      const bytes = most === Number.POSITIVE_INFINITY ? rest : Math.min(rest, most, QUANTUM_BYTES)
      waiter.granted += bytes
      waiter.served += bytes
      for (let at: Branch | undefined = waiter.at; at !== undefined; at = at.parent) {
        at.served += bytes
        left.set(at.gate, leftAt(at.gate) - bytes)
      }
      if (waiter.granted >= waiter.wanted) leave(waiter, waiter.at)
    }
  }

  return {
    wait(at, bytes, ready) {
      const waiter: Waiter = { at, wanted: Math.max(1, Math.ceil(bytes)), ready, granted: 0, served: 0 }
      join(waiter, at)
      for (let each = at; each.parent !== undefined; each = each.parent) join(each, each.parent)
      const now = clock.now()
      plan(gatesOpenAt(at, now), now)
      return {
        [Symbol.dispose]: () => {
          if (at.queue.has(waiter)) leave(waiter, at)
        },
      }
    },
    wake: planAll,
  }
}
