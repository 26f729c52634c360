import type { Fault } from '@kith/core/fault/fault.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Output } from '@kith/core/network/machine.ts'
import type { SplitterTarget } from './splitter.ts'
import { Splitter } from './splitter.ts'

/** Both ways of a conversation of lines, as its machine has it: what comes is cut, what goes out waits to be polled. */
export class LineStream<Event> {
  /** What is expected next is said here. */
  readonly input: Splitter
  readonly #broken: (fault: Fault) => void
  readonly #out: Output<Event>[] = []
  #closed = false

  /**
   * `end` is the byte that ends a line, which has at most `most` bytes. What breaks the rules, also of those that `target`
   * throws, goes to `broken`; without one it ends the conversation.
   */
  constructor(end: number, most: number, target: SplitterTarget, broken?: (fault: Fault) => void) {
    this.input = new Splitter(end, most, target)
    this.#broken = broken ?? ((fault) => this.close(fault))
  }

  get closed(): boolean {
    return this.#closed
  }

  receive(bytes: Uint8Array): void {
    try {
      this.input.receive(bytes)
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
      this.#broken(error.fault)
    }
  }

  poll(): Output<Event> | undefined {
    return this.#out.shift()
  }

  event(event: Event): void {
    if (!this.#closed) this.#out.push({ kind: 'event', event })
  }

  send(bytes: Uint8Array): void {
    if (!this.#closed) this.#out.push({ kind: 'send', bytes })
  }

  /** The first end is the one that holds: nothing that still comes is heard, and nothing goes out any more. */
  close(fault?: Fault): void {
    if (this.#closed) return
    this.#closed = true
    this.input.stop()
    this.#out.push(fault === undefined ? { kind: 'close' } : { kind: 'close', fault })
  }
}
