import { Giver } from './giver.ts'
import { hearOrders } from './hearing.ts'
import { CarryShared, type GiveBegin } from './orders.ts'
import { BlockingSocket } from './socket.ts'
import { carrySystem } from './system.ts'

hearOrders<GiveBegin>(({ file, key, shared }, { report }) => {
  const giver = new Giver(new BlockingSocket(file, new CarryShared(shared), carrySystem()), key)
  return (order) => {
    if (order.kind !== 'give') return
    for (const run of order.runs) giver.give(run)
    report({ kind: 'done', right: [true] })
  }
})
