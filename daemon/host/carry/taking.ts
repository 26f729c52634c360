import type { Worker } from 'node:worker_threads'
import type { Taking } from '@kith/core/network/carriers.ts'
import type { Check } from '@kith/core/transfer/proof.ts'
import type { CarriedConnection } from './carried.ts'
import type { ReceivePart, WritePart } from './orders.ts'

/** What is expected of the threads that take, each of those that write in its turn. */
export function takingOf(carried: CarriedConnection, writers: readonly Worker[], receiver: Worker): Taking {
  // What is expected at once is said at once: a message costs as much as a good part of a cell.
  const parts: WritePart[][] = writers.map(() => [])
  let coming: ReceivePart[] = []
  let next = 0

  function tell(): void {
    for (const [index, writer] of writers.entries()) {
      const its = parts[index]!.splice(0)
      if (its.length > 0) carried.order(writer, { kind: 'write', parts: its })
    }
    carried.order(receiver, { kind: 'receive', parts: coming })
    coming = []
  }
  return {
    get unlimited() {
      return carried.unlimited
    },
    take(check, runs) {
      const writer = next++ % writers.length
      const bytes = check.end - check.start
      parts[writer]!.push({ check: alone(check), runs })
      if (coming.push({ bytes, writer }) === 1) queueMicrotask(tell)
      return carried.expect(writers[writer]!, bytes)
    },
    close: (fault) => carried.close(fault),
  }
}

/** Its digest may lie in the middle of all digests of a content, which would travel along. */
function alone(check: Check): Check {
  return { ...check, expected: check.expected.slice() }
}
