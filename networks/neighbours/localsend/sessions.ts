import { fail, type Fault } from '@kith/core/fault/fault.ts'
import type { AskedFile, PrepareRequest } from './messages.ts'

/** What waits for a person, of all devices; more is a flood, and the list is for a person to read. */
export const MOST_WAITING = 20
/** What one device may ask within a minute, however often it is refused. */
export const MOST_ASKS = 10
const ASKS_MS = 60_000
/** Askers that are remembered for that. */
const MOST_ASKERS = 1_000
/** A person who has not answered by now does not look. */
export const ANSWER_MS: number = 5 * 60_000
/** A session that was agreed to and brings nothing for so long is over. */
export const IDLE_MS: number = 2 * 60_000

export interface Taken extends AskedFile {
  /** Drawn at the yes. */
  readonly token: string
  state: 'expected' | 'coming' | 'done'
  received: number
}

export interface Session {
  readonly id: string
  /** The address that asked: nobody else may go on with it. */
  readonly from: string
  readonly request: PrepareRequest
  readonly at: number
  readonly files: ReadonlyMap<string, Taken>
  state: 'waiting' | 'going' | 'done' | 'refused' | 'cancelled' | 'failed'
  /** When something happened last. */
  movedAt: number
  paths: string[]
  /** What went wrong last. */
  fault: Fault | undefined
}

/** What a question about a session is answered with, beside 200. */
export type Refusal = 400 | 403 | 409 | 429

const silent: Fault = fail('gone', 'neighbours/localsend-silent', 'The device sent nothing more').fault

/** Sessions in which others send files to us (sections 4.1 to 4.3). A machine: it is told what happens, and when. */
export class Sessions {
  readonly #draw: () => string
  readonly #sessions = new Map<string, Session>()
  readonly #asked: { readonly from: string; readonly at: number }[] = []

  /** @param draw makes a new text that nobody guesses */
  constructor(draw: () => string) {
    this.#draw = draw
  }

  get all(): Iterable<Session> {
    return this.#sessions.values()
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id)
  }

  /** Somebody asks whether he may send. One session of each device at once. */
  ask(from: string, request: PrepareRequest, now: number): Session | Refusal {
    while (this.#asked.length > MOST_ASKERS || (this.#asked[0]?.at ?? now) < now - ASKS_MS) this.#asked.shift()
    if (this.#asked.filter((one) => one.from === from).length >= MOST_ASKS) return 429
    this.#asked.push({ from, at: now })
    const open = [...this.#sessions.values()].filter(isOpen)
    if (open.some((one) => one.from === from)) return 409
    if (open.length >= MOST_WAITING) return 429
    const files = request.files.map((file): [string, Taken] => [
      file.id,
      { ...file, token: this.#draw(), state: 'expected', received: 0 },
    ])
    const session: Session = {
      id: this.#draw(),
      from,
      request,
      at: now,
      files: new Map(files),
      state: 'waiting',
      movedAt: now,
      paths: [],
      fault: undefined,
    }
    this.#sessions.set(session.id, session)
    return session
  }

  /** False when there is nothing to answer. */
  answer(id: string, yes: boolean, now: number): boolean {
    const session = this.#sessions.get(id)
    if (session?.state !== 'waiting') return false
    session.state = yes ? 'going' : 'refused'
    session.movedAt = now
    return true
  }

  /** A file begins to come; `length` is what the other side says that its body has. */
  begin(id: string, file: string, token: string, from: string, length: number | undefined): Taken | Refusal {
    const session = this.#sessions.get(id)
    const taken = session?.files.get(file)
    if (session?.state !== 'going' || session.from !== from || taken?.token !== token) return 403
    if (taken.state !== 'expected') return 409
    if (length !== undefined && length !== taken.size) return 400
    taken.state = 'coming'
    taken.received = 0
    return taken
  }

  /** False for bytes that are more than was said, or that nobody wants any more. */
  received(id: string, taken: Taken, bytes: number, now: number): boolean {
    const session = this.#sessions.get(id)
    if (session?.state !== 'going' || taken.state !== 'coming') return false
    session.movedAt = now
    taken.received += bytes
    return taken.received <= taken.size
  }

  /** A file is whole, at this path; or it is not, and may be sent again. */
  ended(id: string, taken: Taken, path: string | undefined, now: number): void {
    const session = this.#sessions.get(id)
    taken.state = path === undefined ? 'expected' : 'done'
    if (path === undefined) taken.received = 0
    if (session === undefined) return
    session.movedAt = now
    if (path !== undefined) session.paths.push(path)
    const isWhole = [...session.files.values()].every(({ state }) => state === 'done')
    if (session.state === 'going' && isWhole) session.state = 'done'
  }

  /** By whoever asked, when `from` is given, or by us. False when there is nothing to end. */
  cancel(id: string, from?: string): boolean {
    const session = this.#sessions.get(id)
    if (session === undefined || !isOpen(session) || (from ?? session.from) !== session.from) return false
    session.state = 'cancelled'
    return true
  }

  /** Ends what nobody answers, or nobody goes on with; true when something ended. */
  tick(now: number): boolean {
    let ended = false
    for (const session of this.#sessions.values()) {
      const { state, movedAt } = session
      if (state === 'waiting' && movedAt + ANSWER_MS <= now) session.state = 'refused'
      else if (state === 'going' && movedAt + IDLE_MS <= now) {
        session.state = 'failed'
        session.fault ??= silent
      } else continue
      ended = true
    }
    return ended
  }

  /** Forgets the oldest of those that are over, beyond `most`. */
  keep(most: number): void {
    const over = [...this.#sessions.values()].filter((one) => !isOpen(one))
    for (const { id } of over.slice(0, Math.max(0, over.length - most))) this.#sessions.delete(id)
  }
}

function isOpen({ state }: Session): boolean {
  return state === 'waiting' || state === 'going'
}
