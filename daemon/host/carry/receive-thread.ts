import { hearOrders } from './hearing.ts'
import { CarryShared, type ReceiveBegin } from './orders.ts'
import { Receiver } from './receiver.ts'
import { BlockingSocket } from './socket.ts'
import { carrySystem } from './system.ts'

hearOrders<ReceiveBegin>(({ file, key, shared: memory, to }, { keep, hearNext }) => {
  const shared = new CarryShared(memory)
  for (const port of to) keep(port)
  const receiver = new Receiver(new BlockingSocket(file, shared, carrySystem()), { key, shared, next: hearNext })
  return (order) => {
    if (order.kind === 'receive') receiver.receive(order.bytes, to[order.writer]!)
  }
})
