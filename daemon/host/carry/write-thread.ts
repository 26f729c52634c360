import { threadId } from 'node:worker_threads'
import { free } from '@kith/wire/bytes.ts'
import { Turns } from '../disk/turns.ts'
import { hearOrders } from './hearing.ts'
import { CarryShared, type WriteOrder } from './orders.ts'
import { Stopped } from './stopped.ts'
import { Writer } from './writer.ts'

/** Reports are saved up to so many, or so long in milliseconds: each costs the main thread as much as a MiB costs here. */
const MOST_REPORTS = 4
const REPORT_MS = 50

hearOrders((role, { report, attempt, hearNext, keep }) => {
  if (role.kind !== 'write') throw new Error(`it cannot ${role.kind}`)
  const { from, turns, shared: memory } = role
  const shared = new CarryShared(memory)
  const orders: WriteOrder[] = []
  let right: boolean[] = []
  let reported = performance.now()
  const writer = new Writer({
    turns: new Turns(turns),
    thread: threadId,
    next() {
      // Bytes may overtake the order that they belong to, which was given before: it waits to be heard then.
      if (orders.length === 0) hearNext()
      return orders.shift()
    },
    done(one) {
      right.push(one)
      const now = performance.now()
      if (orders.length > 0 && right.length < MOST_REPORTS && now - reported < REPORT_MS) return
      report({ kind: 'done', right })
      right = []
      reported = now
    },
  })
  keep(from)
  from.on('message', (bytes: Uint8Array) =>
    attempt(() => {
      if (shared.stopped) throw new Stopped()
      writer.write(bytes)
      shared.written(bytes.length)
      free(bytes)
    }),
  )
  return (order) => {
    if (order.kind === 'write') orders.push(order)
  }
})
