import { recordCiphers } from './crypto.ts'
import { Giver } from './giver.ts'
import { hearOrders } from './hearing.ts'
import { CarryShared } from './orders.ts'
import { BlockingSocket } from './socket.ts'
import { carrySystem } from './system.ts'

hearOrders((role, { report, keep }) => {
  if (role.kind !== 'give') throw new Error(`it cannot ${role.kind}`)
  const { file, key, shared } = role
  const giver = new Giver(new BlockingSocket(file, new CarryShared(shared), carrySystem()), key, recordCiphers())
  keep(giver)
  return (order) => {
    if (order.kind !== 'give') return
    for (const run of order.runs) giver.give(run)
    report({ kind: 'done', right: [true] })
  }
})
