import type { Fault } from '../fault/fault.ts'
import type { Clock } from './clock.ts'
import type { Machine } from './machine.ts'
import type { Connection } from './net.ts'

/** What is left to do from outside once a machine runs on a connection. */
export interface Pump extends Disposable {
  /** Polls the machine again after it was told something from outside. */
  drain(): void
}

/**
 * Runs a machine on a connection: bytes in, bytes out, its deadline, its end. `ended` comes once, whoever ended it.
 */
export function pump<Event>(
  machine: Machine<Event>,
  connection: Connection,
  clock: Clock,
  onEvent: (event: Event) => void,
  ended: (fault?: Fault) => void,
  drained?: () => void,
): Pump {
  let timer: { at: number; handle: Disposable } | undefined
  let open = true

  function finish(fault?: Fault): void {
    if (!open) return
    open = false
    timer?.handle[Symbol.dispose]()
    ended(fault)
  }

  function drain(): void {
    for (
      let output = open ? machine.poll() : undefined;
      output !== undefined;
      output = open ? machine.poll() : undefined
    ) {
      if (output.kind === 'send') connection.send(output.bytes)
      else if (output.kind === 'event') onEvent(output.event)
      else {
        connection.close(output.fault)
        finish(output.fault)
      }
    }
    if (!open) return
    const at = machine.deadline
    // A timer that fires too early only asks again; so a later deadline needs no new one.
    if (at === undefined || (timer !== undefined && timer.at <= at)) return
    timer?.handle[Symbol.dispose]()
    timer = { at, handle: clock.after(Math.max(0, at - clock.now()), fire) }
  }

  function fire(): void {
    timer = undefined
    const at = machine.deadline
    const now = clock.now()
    if (at !== undefined && at <= now) machine.tick(now)
    drain()
  }

  connection.open({
    receive(bytes) {
      if (!open) return
      machine.receive(bytes, clock.now())
      drain()
    },
    drained() {
      if (open) drained?.()
    },
    ended: finish,
  })
  drain()
  return {
    drain,
    [Symbol.dispose]() {
      if (!open) return
      connection.close()
      finish()
    },
  }
}
