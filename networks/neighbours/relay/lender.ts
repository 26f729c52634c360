import { fail } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { splice } from '@kith/core/network/splice.ts'
import { CALL_BYTES } from './call.ts'

/** Conversations that are passed on at once: of all devices, and of one. */
const MOST_CALLS = 32
const MOST_CALLS_OF_ONE = 8
/** How long who is called may take to come to the line. */
const TAKE_MS = 15_000

interface Call {
  readonly from: string
  readonly to: string
  /** The side that called, once it has its line. */
  caller: Connection | undefined
  isTaken: boolean
  readonly taken: PromiseWithResolvers<void>
}

export interface LenderWorld {
  readonly host: Host
  isPaired(device: string): boolean
  /** KiB per second in either direction; 0 is no limit. */
  readonly limit: number
}

/**
 * Passes on what two devices say to each other that cannot reach each other. Both are paired with us; what passes is TLS
 * between the two of them, which we can neither read nor change.
 *
 * ```
 *   caller                       lender                       called
 *                                       ◄── /relay/wait ────  a line that stays open, if he wants to be called
 *     ──── /relay/to/CALLED ──►         ──── 16 bytes ─────►  the name of the call
 *                                       ◄── /relay/take/… ──
 *     ◄═══════════════ one line, TLS from end to end ══════►
 * ```
 */
export class Lender implements Disposable {
  readonly #world: LenderWorld
  readonly #budget: Budget
  readonly #waiting = new Map<string, Connection>()
  readonly #calls = new Map<string, Call>()
  readonly #open = new Set<Connection>()

  constructor(world: LenderWorld) {
    this.#world = world
    this.#budget = world.host.budget.child('relay')
    const rate = world.limit === 0 ? undefined : world.limit * 1024
    this.#budget.limit({ down: rate, up: rate })
  }

  /** Undefined for a question about something else. */
  async answer(device: string, { method, target, signal }: PeerQuestion): Promise<OurAnswer | undefined> {
    const [, room, door, name = ''] = target.split('/')
    if (room !== 'relay') return undefined
    if (method !== 'POST') return { status: 405 }
    if (door === 'wait') return { status: 200, tunnel: (line) => this.#wait(device, line) }
    if (door === 'to') return this.#call(device, name, signal)
    return door === 'take' ? this.#take(device, name) : { status: 404 }
  }

  #wait(device: string, line: Connection): void {
    this.#waiting.get(device)?.close()
    this.#waiting.set(device, line)
    line.open({
      receive: () => {},
      ended: () => {
        if (this.#waiting.get(device) === line) this.#waiting.delete(device)
      },
    })
  }

  async #call(from: string, to: string, signal: AbortSignal): Promise<OurAnswer> {
    const line = this.#waiting.get(to)
    // Who is not paired any more may still wait.
    if (line === undefined || !this.#world.isPaired(to) || from === to) return { status: 404 }
    const own = [...this.#calls.values()].filter((call) => call.from === from).length
    if (this.#calls.size >= MOST_CALLS || own >= MOST_CALLS_OF_ONE) return { status: 429 }
    const { clock, random } = this.#world.host
    const bytes = random.bytes(CALL_BYTES)
    const id = bytes.toHex()
    const call: Call = { from, to, caller: undefined, isTaken: false, taken: Promise.withResolvers() }
    this.#calls.set(id, call)
    const lost = (): void => call.taken.reject(fail('gone', 'neighbours/away', 'The device does not come to the line'))
    signal.addEventListener('abort', lost, { once: true })
    using _timer = clock.after(TAKE_MS, lost)
    line.send(bytes)
    try {
      await call.taken.promise
    } catch {
      this.#calls.delete(id)
      return { status: 504 }
    } finally {
      signal.removeEventListener('abort', lost)
    }
    return { status: 200, tunnel: (caller) => (call.caller = caller) }
  }

  #take(device: string, id: string): OurAnswer {
    const call = this.#calls.get(id)
    if (call === undefined || call.to !== device || call.isTaken) return { status: 404 }
    call.isTaken = true
    return {
      status: 200,
      tunnel: (called) => {
        call.taken.resolve()
        // The caller's line stands once that was heard: in the next turns of the loop, or never.
        void this.#joined(id, call, called)
      },
    }
  }

  async #joined(id: string, call: Call, called: Connection): Promise<void> {
    const { clock } = this.#world.host
    await new Promise<void>((resolve) => clock.after(0, resolve))
    const { caller } = call
    if (caller === undefined) {
      this.#calls.delete(id)
      return called.close()
    }
    for (const one of [caller, called]) {
      this.#open.add(one)
      one.charge(this.#budget)
    }
    splice(clock, caller, called, () => {
      this.#calls.delete(id)
      this.#open.delete(caller)
      this.#open.delete(called)
    })
  }

  [Symbol.dispose](): void {
    const gone = fail('gone', 'neighbours/leaving', 'Kith leaves the neighbours').fault
    for (const line of [...this.#waiting.values(), ...this.#open]) line.close(gone)
  }
}
