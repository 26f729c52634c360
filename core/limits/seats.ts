/** One connection's place below the limits; disposing gives it back. */
export interface Seat extends Disposable {
  /** Counts the connection elsewhere from now on, even where that is full: it exists already. */
  move(to: Seats): void
}

/** How many connections there may be, along one path of budgets to the root. */
export interface Seats {
  /** Undefined: as many as anyone likes. */
  readonly limit: number | undefined
  /** Connections here and below. */
  readonly taken: number
  /** What each budget on the path counts, from here to the root. */
  readonly path: readonly SeatCount[]
  limitTo(limit: number | undefined): void
  /** At once or not at all, for connections that others open. */
  take(): Seat | undefined
  /** In turn, for dials. Rejects with the signal's reason when it aborts. */
  wait(signal?: AbortSignal): Promise<Seat>
}

/** What one budget counts, whichever path leads over it. */
export interface SeatCount {
  limit: number | undefined
  taken: number
}

interface Waiting {
  readonly path: readonly SeatCount[]
  readonly seated: (seat: Seat) => void
}

/** Those who wait for a seat anywhere in the tree, in the order they came. */
export type SeatQueue = Set<Waiting>

function room(path: readonly SeatCount[]): boolean {
  return path.every((count) => count.limit === undefined || count.taken < count.limit)
}

function add(path: readonly SeatCount[], change: number): void {
  for (const count of path) count.taken += change
}

function next(queue: SeatQueue): void {
  for (const waiting of queue) {
    if (!room(waiting.path)) continue
    queue.delete(waiting)
    waiting.seated(seat(waiting.path, queue))
  }
}

function seat(first: readonly SeatCount[], queue: SeatQueue): Seat {
  let path = first
  let held = true
  add(path, 1)
  return {
    move(to) {
      if (!held) return
      add(path, -1)
      path = to.path
      add(path, 1)
      next(queue)
    },
    [Symbol.dispose]() {
      if (!held) return
      held = false
      add(path, -1)
      next(queue)
    },
  }
}

/** `path` goes from a budget to the root. */
export function seats(path: readonly SeatCount[], queue: SeatQueue): Seats {
  const own = path[0]!
  return {
    path,
    get limit() {
      return own.limit
    },
    get taken() {
      return own.taken
    },
    limitTo(limit) {
      own.limit = limit
      next(queue)
    },
    take() {
      return room(path) ? seat(path, queue) : undefined
    },
    wait(signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error)
        const abort = (): void => {
          queue.delete(waiting)
          reject(signal?.reason as Error)
        }
        const waiting: Waiting = {
          path,
          seated(given) {
            signal?.removeEventListener('abort', abort)
            resolve(given)
          },
        }
        signal?.addEventListener('abort', abort, { once: true })
        queue.add(waiting)
        next(queue)
      })
    },
  }
}
