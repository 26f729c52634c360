import { parentPort, receiveMessageOnPort } from 'node:worker_threads'
import { FaultError } from '@kith/core/fault/fault.ts'
import { systemError } from '../disk/fault.ts'
import { FileError } from './file-error.ts'
import type { CarryBegin, CarryOrder, CarryReport, CarryWork } from './orders.ts'
import { SocketError } from './socket.ts'
import { Stopped } from './stopped.ts'

/** What a thread that carries says, and how it ends. */
export interface Hearing {
  report(report: CarryReport): void
  /** Hears one order that waits, at once. */
  hearNext(): void
  /** Is closed as the thread ends. */
  keep(one: { close(): void }): void
}

/** Hears orders until one fails or it is to end. `begin` is for the first one, and gives back what does the others. */
export function hearOrders(begin: (role: CarryBegin, hearing: Hearing) => (order: CarryWork) => void): void {
  const port = parentPort
  if (port === null) return
  const kept: { close(): void }[] = []
  let work: ((order: CarryWork) => void) | undefined
  let ended = false

  function hear(order: CarryOrder): void {
    if (order.kind === 'end') throw new Stopped()
    if (order.kind === 'begin') work = begin(order.role, hearing)
    else work?.(order)
  }
  const hearing: Hearing = {
    report: (one) => port.postMessage(one),
    hearNext() {
      const waiting = receiveMessageOnPort(port)
      if (waiting !== undefined) hear(waiting.message as CarryOrder)
    },
    keep: (one) => void kept.push(one),
  }
  port.on('message', (order: CarryOrder) => {
    // Some come still when the port is closed.
    if (ended) return
    try {
      hear(order)
    } catch (error) {
      ended = true
      for (const one of kept) one.close()
      const last = reportOf(error)
      if (last !== undefined) hearing.report(last)
      port.close()
    }
  })
}

function reportOf(error: unknown): CarryReport | undefined {
  if (error instanceof Stopped) return undefined
  if (error instanceof FileError) {
    const { doing, path, cause } = error
    return { kind: 'disk', doing, path, error: systemError(cause) }
  }
  if (error instanceof SocketError) return { kind: 'socket', error: systemError(error) }
  if (error instanceof FaultError) return { kind: 'fault', fault: error.fault }
  throw error
}
