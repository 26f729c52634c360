import { threadId } from 'node:worker_threads'
import { Turns } from '../disk/turns.ts'
import { hearOrders } from './hearing.ts'
import { CarryShared, type WritePart } from './orders.ts'
import { Ring } from './ring.ts'
import { Writer } from './writer.ts'

/** Reports are saved up to so many: each costs the main thread as much as a MiB costs here. */
const MOST_REPORTS = 8

hearOrders((role, { report, keep, hearNext }) => {
  if (role.kind !== 'write') throw new Error(`it cannot ${role.kind}`)
  const { from, turns, shared } = role
  const parts: WritePart[] = []
  let writing = false
  const right: boolean[] = []
  const tell = (): void => {
    if (right.length > 0) report({ kind: 'done', right: right.splice(0) })
  }
  // What is written is told of, however this ends.
  keep({ close: tell })
  const ring = new Ring(new CarryShared(shared), from)
  const writer = new Writer({ ring, turns: new Turns(turns), thread: threadId, idle: tell })
  return (order) => {
    if (order.kind !== 'write') return
    parts.push(...order.parts)
    // It was heard after one that is done.
    if (writing) return
    writing = true
    for (let next = parts.shift(); next !== undefined; next = parts.shift()) {
      right.push(writer.write(next))
      hearNext()
      if (parts.length === 0 || right.length >= MOST_REPORTS) tell()
    }
    writing = false
  }
})
