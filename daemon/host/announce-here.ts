import type { Announcement } from '@kith/core/network/discovery.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import multicastDns from 'multicast-dns'

type Answer = NonNullable<multicastDns.QueryPacket['answers']>[number]

const HERE = '127.0.0.1'
/** RFC 6762 8.3: said twice, a second apart. */
const AGAIN_MS = 1_000
/** RFC 6762 10: of names that lead to an address, and of all others; in seconds. */
const HOST_TTL = 120
const OTHER_TTL = 4_500

/**
 * Tells the programs of this machine, by multicast DNS on its loopback interface, of something that listens there. Avahi
 * and its like hear that interface too, and show what is there to programs here and to nobody else.
 */
export function announceHere(
  clock: Clock,
  host: string,
  { name, type, port, facts, subtypes = [] }: Announcement,
  trouble: (error: unknown) => void,
): AsyncDisposable {
  const service = `_${type}._tcp.local`
  const full = `${name.replaceAll('.', '-')}.${service}`
  const pointers = [service, ...subtypes.map((subtype) => `_${subtype}._sub.${service}`)]
  const said = (alive: boolean): Answer[] => {
    const ttl = alive ? OTHER_TTL : 0
    return [
      ...pointers.map((pointer): Answer => ({ name: pointer, type: 'PTR', ttl, data: full })),
      {
        name: full,
        type: 'SRV',
        ttl: alive ? HOST_TTL : 0,
        flush: true,
        data: { port, target: host, priority: 0, weight: 0 },
      },
      {
        name: full,
        type: 'TXT',
        ttl,
        flush: true,
        data: Object.entries(facts).map(([key, fact]) => `${key}=${fact}`),
      },
      { name: host, type: 'A', ttl: alive ? HOST_TTL : 0, flush: true, data: HERE },
    ]
  }
  const records = said(true)
  // The interface decides where answers go: whoever asks from elsewhere hears nothing.
  const mdns = multicastDns({ interface: HERE, bind: '0.0.0.0' })
  mdns.on('error', trouble)
  mdns.on('warning', trouble)
  mdns.on('query', ({ questions = [] }) => {
    const asked = (answer: Answer): boolean =>
      questions.some((one) => {
        const right = one.type === answer.type || (one.type as string) === 'ANY'
        return right && one.name.toLowerCase() === answer.name.toLowerCase()
      })
    const answers = records.filter(asked)
    if (answers.length === 0) return
    mdns.respond({ answers, additionals: records.filter((one) => one.type !== 'PTR' && !answers.includes(one)) })
  })
  mdns.respond(records)
  const again = clock.after(AGAIN_MS, () => mdns.respond(records))
  return {
    async [Symbol.asyncDispose]() {
      again[Symbol.dispose]()
      await new Promise<void>((resolve) => mdns.respond(said(false), () => resolve()))
      await new Promise<void>((resolve) => mdns.destroy(() => resolve()))
    },
  }
}
