import { fail, type Fault, faultOf } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Place } from '@kith/core/transfer/storage.ts'
import type { AskedRange } from '../wire/ranges.ts'
import type { Arrived, Beside } from './desk.ts'
import type { Held } from './give.ts'
import { lengthOf, Questions } from './questions.ts'

/** Questions that a thread has at once: the next is there when one is done. */
const MOST_GIVING = 2

/**
 * Gives a content from a thread, without heads between the answers: what cannot be given ends the connection, and is asked for
 * elsewhere. What is asked comes in the tunnel. Where there is a limit, or no thread is free, it ends at once.
 */
export function bulkBeside(
  { carriers, log }: Pick<Host, 'carriers' | 'log'>,
  held: Held,
  budget: Budget,
): (arrived: Arrived) => Beside {
  return ({ connection, keys, over }) => {
    connection.charge(budget)
    const giving = carriers?.give(connection, keys.answer)
    if (giving === undefined) {
      connection.close(fail('unavailable', 'neighbours/no-thread', 'No thread is free to give in bulk').fault)
      over()
      return { ended() {} }
    }
    const close = (fault: Fault): void => {
      giving.close(fault)
      over()
    }
    const under = new Set<Promise<void>>()
    const give = async (places: readonly Place[], bytes: number): Promise<void> => {
      try {
        await giving.give(places.flatMap(({ runs }) => runs))
        held.gave(bytes)
      } catch (error) {
        close(faultOf(error, 'give to a device'))
      } finally {
        for (const place of places) place[Symbol.dispose]()
      }
    }
    const questions = new Questions(held.size, log, {
      async answer(ranges, signal) {
        if (!giving.unlimited) throw fail('unavailable', 'neighbours/limited', 'There is a limit of speed now')
        const places = await placesOf(held, ranges)
        if (signal.aborted) return places.forEach((place) => place[Symbol.dispose]())
        const giveThis = give(places, lengthOf(ranges)).finally(() => under.delete(giveThis))
        under.add(giveThis)
        if (under.size >= MOST_GIVING) await Promise.race(under)
      },
      close,
    })
    return {
      receive: (bytes) => questions.receive(bytes),
      ended(fault) {
        questions.stop(fault)
        giving.close(fault)
      },
    }
  }
}

/** @throws FaultError when some of it is not given, or in a way that no thread knows */
async function placesOf(held: Held, ranges: readonly AskedRange[]): Promise<readonly Place[]> {
  const places: Place[] = []
  try {
    for (const stretch of held.stretches(ranges) ?? [undefined]) {
      const place = await stretch?.place()
      if (place === undefined) throw fail('unavailable', 'neighbours/not-there', 'That is not given in bulk')
      places.push(place)
    }
    return places
  } catch (error) {
    for (const place of places) place[Symbol.dispose]()
    throw error
  }
}
