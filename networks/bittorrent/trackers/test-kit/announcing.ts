import { fail } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Http } from '@kith/core/network/http.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Datagrams, DatagramOptions, Endpoint } from '@kith/core/network/net.ts'
import { encode } from '@kith/wire/bencode.ts'
import { decodeUdpRequest, encodeUdpResponse } from '../../wire/udp-tracker.ts'
import type { Announcer } from '../announcer.ts'
import { announcer } from '../announcer.ts'
import { UdpTrackers } from '../udp.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
export const infoHash: Uint8Array = new Uint8Array(20).fill(7)
export const minute = 60_000

/** Time that stands still until it is told to pass. */
export class HandClock implements Clock {
  #now = 1_000_000
  #timers: { at: number; callback: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback }
    this.#timers.push(timer)
    return { [Symbol.dispose]: () => void (this.#timers = this.#timers.filter((one) => one !== timer)) }
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settle()
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#timers = this.#timers.filter((one) => one !== next)
      this.#now = next.at
      next.callback()
    }
    this.#now = end
    await settle()
  }
}

export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}

export type Answer = Record<string, unknown> | Error | 'silence'
export const ok: Record<string, unknown> = {
  interval: 1_800,
  complete: 2,
  incomplete: 1,
  peers: Uint8Array.of(10, 0, 0, 9, 0x1a, 0xe1),
}

/** An announcer of one torrent, and trackers that answer as they are told to. */
export function world(
  tiers: readonly (readonly string[])[],
  scheme: 'http' | 'udp' = 'http',
): {
  clock: HandClock
  asked: { name: string; event: string | null; path: string }[]
  answers: Map<string, Answer | Promise<Answer>>
  found: Endpoint[]
  state: { left: number; lonely: boolean }
  of: Announcer
} {
  const clock = new HandClock()
  const asked: { name: string; event: string | null; path: string }[] = []
  const answers = new Map<string, Answer | Promise<Answer>>()
  const found: Endpoint[] = []
  const state = { left: 100, lonely: false }
  const http: Pick<Http, 'request'> = {
    async request({ url, signal }) {
      const { hostname, pathname, searchParams } = new URL(url)
      asked.push({ name: hostname, event: searchParams.get('event'), path: pathname })
      const answer = await answers.get(pathname === '/scrape' ? `${hostname}/scrape` : hostname)
      if (answer === undefined) throw fail('gone', 'net/refused', 'Nobody listens at that address')
      if (answer instanceof Error) throw answer
      if (answer === 'silence')
        return new Promise<never>((_, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason as Error)),
        )
      const body = encode(answer as never)
      return {
        status: 200,
        headers: {},
        url,
        body: (async function* () {
          yield body
        })(),
      }
    },
  }
  // Each transaction has a number of its own, as if by chance.
  let drawn = 0
  const random = { number: () => drawn++ / 2 ** 32, bytes: (length: number) => new Uint8Array(length) }
  const net = { datagrams: async (options: DatagramOptions) => udpTrackers(options, asked, answers) }
  const of = announcer(
    {
      clock,
      random: { number: () => 0, bytes: (length) => new Uint8Array(length) },
      http: http as Http,
      names: { resolve: async (name) => [name] },
      log: silent,
      udp: new UdpTrackers({ clock, random, net: net as never }),
    },
    {
      infoHash,
      peerId: new Uint8Array(20),
      port: 6881,
      tiers: tiers.map((tier) => tier.map((name) => `${scheme}://${name}/announce`)),
      left: () => state.left,
      moved: () => ({ down: 0, up: 0 }),
      found: (peers) => found.push(...peers),
      lonely: () => state.lonely,
    },
  )
  return { clock, asked, answers, found, state, of }
}

/** Trackers over UDP that answer those who are to be answered. */
function udpTrackers(
  { receive }: DatagramOptions,
  asked: { name: string; event: string | null; path: string }[],
  answers: ReadonlyMap<string, unknown>,
): Datagrams {
  return {
    send(to, bytes) {
      const request = decodeUdpRequest(bytes)
      const { transaction } = request
      if (request.kind === 'announce') asked.push({ name: to.host, event: request.event ?? null, path: '/announce' })
      if (answers.get(to.host) !== ok || request.kind === 'scrape') return
      const answer =
        request.kind === 'connect'
          ? encodeUdpResponse({ kind: 'connect', transaction, connection: 7n }, 4)
          : encodeUdpResponse({ kind: 'announce', transaction, announced: { interval: 1_800, peers: [] } }, 4)
      setImmediate(() => receive(to, answer))
    },
  } as Datagrams
}

export const names = (asked: readonly { name: string; path: string }[]): string[] =>
  asked.filter(({ path }) => path === '/announce').map(({ name }) => name)

export const events = (asked: readonly { name: string; event: string | null; path: string }[]): string[] =>
  asked.filter(({ path }) => path === '/announce').map(({ name, event }) => `${name} ${event}`)
