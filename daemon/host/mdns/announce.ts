import type { Announcement } from '@kith/core/network/discovery.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { type Answer, speaker, type SpeakerOptions } from './speaker.ts'

/** RFC 6762 8.3: said twice, a second apart. RFC 6762 6: and never more often than that. */
const AGAIN_MS = 1_000
/** RFC 6762 10: of names that lead to an address, and of all others; in seconds. */
const HOST_TTL = 120
const OTHER_TTL = 4_500
/** RFC 1035 2.3.4: the longest label. */
const LONGEST_NAME_BYTES = 63
const EVERY_TYPE = '_services._dns-sd._udp.local'

export interface Place {
  /** The interface that it is said on. */
  readonly at: string
  /** Where programs that hear it find this machine. */
  readonly addresses: readonly string[]
  /** The name of this machine there: the system's own is Avahi's to speak for. */
  readonly host: string
}

/**
 * Tells of something that listens here, on one interface, and answers who asks for it: one message for one question,
 * however much is asked in it.
 */
export function announceAt(
  clock: Clock,
  { at, addresses, host }: Place,
  what: Announcement,
  more: Pick<SpeakerOptions, 'trouble' | 'socket'>,
): AsyncDisposable {
  const said = (alive: boolean): readonly Answer[] => recordsOf(what, host, addresses, alive)
  const records = said(true)
  let saidAt = Number.NEGATIVE_INFINITY
  let waiting: Disposable | undefined
  let due = new Set<Answer>()
  const say = (): void => {
    waiting = undefined
    saidAt = clock.now()
    const answers = records.filter((one) => due.has(one))
    const others = records.filter((one) => one.type !== 'PTR' && !due.has(one))
    due = new Set()
    void mdns.say(answers, others)
  }
  /** At once, or as soon as it may be said again. */
  const answer = (wanted: readonly Answer[]): void => {
    if (wanted.length === 0) return
    for (const one of wanted) due.add(one)
    if (waiting !== undefined) return
    const pause = saidAt + AGAIN_MS - clock.now()
    if (pause <= 0) say()
    else waiting = clock.after(pause, say)
  }
  const mdns = speaker({
    clock,
    at,
    ...more,
    asked: ({ questions = [] }) => answer(records.filter((record) => questions.some((one) => asksFor(one, record)))),
  })
  answer(records)
  const again = clock.after(AGAIN_MS, () => answer(records))
  return {
    async [Symbol.asyncDispose]() {
      again[Symbol.dispose]()
      waiting?.[Symbol.dispose]()
      await mdns.say(said(false))
      await mdns[Symbol.asyncDispose]()
    },
  }
}

function recordsOf(
  { name, type, port, facts, subtypes = [] }: Announcement,
  host: string,
  addresses: readonly string[],
  alive: boolean,
): readonly Answer[] {
  const service = `_${type}._tcp.local`
  // A dot would begin another label.
  const full = `${shortened(name.replaceAll('.', '-'))}.${service}`
  const pointers = [service, ...subtypes.map((subtype) => `_${subtype}._sub.${service}`)]
  const ttl = alive ? OTHER_TTL : 0
  const hostTtl = alive ? HOST_TTL : 0
  return [
    ...pointers.map((pointer): Answer => ({ name: pointer, type: 'PTR', ttl, data: full })),
    // Others may offer the same type: it does not go with us.
    ...(alive ? [{ name: EVERY_TYPE, type: 'PTR', ttl, data: service } satisfies Answer] : []),
    { name: full, type: 'SRV', ttl: hostTtl, flush: true, data: { port, target: host, priority: 0, weight: 0 } },
    { name: full, type: 'TXT', ttl, flush: true, data: Object.entries(facts).map(([key, fact]) => `${key}=${fact}`) },
    ...addresses.map((address): Answer => ({
      name: host,
      type: address.includes(':') ? 'AAAA' : 'A',
      ttl: hostTtl,
      flush: true,
      data: address,
    })),
  ]
}

function asksFor(question: { readonly name: string; readonly type: string }, { name, type }: Answer): boolean {
  const isRight = question.type === type || question.type === 'ANY'
  return isRight && question.name.toLowerCase() === name.toLowerCase()
}

function shortened(name: string): string {
  let short = name
  while (utf8(short).length > LONGEST_NAME_BYTES) short = short.slice(0, -1).toWellFormed()
  return short
}
