import { hearOrders } from './hearing.ts'
import { CarryShared } from './orders.ts'
import { Receiver } from './receiver.ts'
import { BlockingSocket } from './socket.ts'
import { carrySystem } from './system.ts'

hearOrders((role, { keep, hearNext }) => {
  if (role.kind !== 'receive') throw new Error(`it cannot ${role.kind}`)
  const { file, key, shared: memory, to } = role
  const shared = new CarryShared(memory)
  for (const port of to) keep(port)
  const receiver = new Receiver(new BlockingSocket(file, shared, carrySystem()), { key, shared, next: hearNext })
  return (order) => {
    if (order.kind === 'receive') receiver.receive(order.bytes, to[order.writer]!)
  }
})
