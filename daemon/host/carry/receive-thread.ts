import { recordCiphers } from './crypto.ts'
import { hearOrders } from './hearing.ts'
import { CarryShared } from './orders.ts'
import { Receiver } from './receiver.ts'
import { Ring } from './ring.ts'
import { BlockingSocket } from './socket.ts'
import { carrySystem } from './system.ts'

hearOrders((role, { keep, hearNext }) => {
  if (role.kind !== 'receive') throw new Error(`it cannot ${role.kind}`)
  const { file, key, to } = role
  const shared = new CarryShared(role.shared)
  const receiver = new Receiver(new BlockingSocket(file, shared, carrySystem()), {
    key,
    rings: to.map((memory) => new Ring(shared, memory)),
    ciphers: recordCiphers(),
    next: hearNext,
  })
  keep(receiver)
  return (order) => {
    if (order.kind === 'receive') receiver.receive(order.parts)
  }
})
