import { networkInterfaces } from 'node:os'
import type { Announcement, Discovery } from '@kith/core/network/discovery.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import { announceAt } from './mdns/announce.ts'
import { ServiceBrowser } from './mdns/browser.ts'
import { type Speaker, speaker } from './mdns/speaker.ts'

/** How often we ask again for what is there, and look for interfaces that came: people plug cables in. */
const ASK_MS = 20_000
/** How often we look who was silent for too long. */
const LOOK_MS = 5_000
/** Our own virtual networks: a device that is found there would be reached through the line that carries them. */
const ours = /^kith\d/
/** What is told to this machine only, such as printers on its USB, is told here. */
const HERE = '127.0.0.1'

/** Multicast DNS on every interface of this machine. */
export function systemDiscovery(clock: Clock, random: Random, log: Log): Discovery {
  const chance = random.bytes(4).toHex()
  const host = `kith-${chance}.local`
  const trouble = (error: unknown): void => log.debug('multicast DNS had trouble', { error: String(error) })
  return {
    async announce(what: Announcement) {
      if (what.hereOnly === true) {
        // The interface decides where answers go: whoever asks from elsewhere hears nothing.
        const here = { at: HERE, addresses: [HERE], host: `kith-here-${chance}.local` }
        return announceAt(clock, here, what, { trouble })
      }
      return perInterface(clock, [], (at, addresses) => announceAt(clock, { at, addresses, host }, what, { trouble }))
    },
    async browse(type, listener) {
      const browser = new ServiceBrowser(type, listener)
      const speakers = perInterface(
        clock,
        [HERE],
        (at) => {
          const one = speaker({
            clock,
            at,
            trouble,
            answered: (packet, from) => browser.hear(packet, from, clock.now()),
          })
          one.ask(browser.question)
          return one
        },
        (one: Speaker) => one.ask(browser.question),
      )
      const looks = every(clock, LOOK_MS, () => browser.tick(clock.now()))
      return {
        async [Symbol.asyncDispose]() {
          looks[Symbol.dispose]()
          await speakers[Symbol.asyncDispose]()
        },
      }
    },
  }
}

/** One speaker for each IPv4 address of this machine that is not its own alone, and for `more`; `again` is done now and then. */
function perInterface<S extends AsyncDisposable>(
  clock: Clock,
  more: readonly string[],
  start: (at: string, addresses: readonly string[]) => S,
  again: (speaker: S) => void = () => {},
): AsyncDisposable {
  const speakers = new Map<string, S>()
  const refresh = (): void => {
    const interfaces = Object.entries(networkInterfaces())
      .filter(([name]) => !ours.test(name))
      .map(([, all]) => (all ?? []).filter(({ internal }) => !internal))
    const places = new Map<string, readonly string[]>(more.map((at) => [at, [at]]))
    for (const all of interfaces) {
      // A link-local address means nothing without the name of its interface.
      const reached = all.map(({ address }) => address).filter((address) => !/^fe[89ab]/i.test(address))
      for (const { address, family } of all) {
        if (family === 'IPv4') places.set(address, [address, ...reached.filter((one) => one.includes(':'))])
      }
    }
    for (const [at, one] of speakers) {
      if (places.has(at)) again(one)
      else if (speakers.delete(at)) void one[Symbol.asyncDispose]()
    }
    for (const [at, addresses] of places) if (!speakers.has(at)) speakers.set(at, start(at, addresses))
  }
  refresh()
  const refreshing = every(clock, ASK_MS, refresh)
  return {
    async [Symbol.asyncDispose]() {
      refreshing[Symbol.dispose]()
      await Promise.all([...speakers.values()].map((one) => one[Symbol.asyncDispose]()))
      speakers.clear()
    },
  }
}
