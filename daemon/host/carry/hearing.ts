import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { FaultError } from '@kith/core/fault/fault.ts'
import { systemError } from '../disk/fault.ts'
import { FileError } from './file-error.ts'
import type { CarryBegin, CarryOrder, CarryReport, CarryWork } from './orders.ts'
import { SocketError } from './socket.ts'
import { Stopped } from './stopped.ts'

/** What a thread that carries says, and how it ends. */
export interface Hearing {
  report(report: CarryReport): void
  /** Does what comes another way than by an order; what it throws ends the thread, as with orders. */
  attempt(work: () => void): void
  /** Hears one order that waits, at once. */
  hearNext(): void
  /** Keeps the thread, and is closed with it. */
  keep(port: MessagePort): void
}

/** Hears orders until one fails or it is to end. `begin` is for the first one, and gives back what does the others. */
export function hearOrders(begin: (role: CarryBegin, hearing: Hearing) => (order: CarryWork) => void): void {
  const port = parentPort
  if (port === null) return
  const ports: MessagePort[] = [port]
  let work: ((order: CarryWork) => void) | undefined
  const report = (one: CarryReport): void => port.postMessage(one)

  function hear(order: CarryOrder): void {
    if (order.kind === 'end') throw new Stopped()
    if (order.kind === 'begin') work = begin(order.role, hearing)
    else work?.(order)
  }
  function attempt(what: () => void): void {
    try {
      what()
    } catch (error) {
      const last = reportOf(error)
      if (last !== undefined) report(last)
      for (const each of ports) each.close()
    }
  }
  const hearing: Hearing = {
    report,
    attempt,
    hearNext() {
      const waiting = receiveMessageOnPort(port)
      if (waiting !== undefined) hear(waiting.message as CarryOrder)
    },
    keep: (another) => void ports.push(another),
  }
  port.on('message', (order: CarryOrder) => attempt(() => hear(order)))
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
