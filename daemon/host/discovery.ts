import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Bonjour, type Browser, type Service } from 'bonjour-service'
import type { Announcement, Discovery, Found } from '@kith/core/network/discovery.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { Log } from '@kith/core/network/log.ts'
import { announceHere } from './announce-here.ts'

/** How often we ask again for what is there, and look for interfaces that came: people plug cables in. */
const ASK_MS = 20_000
/** What is told to this machine only, such as printers on its USB, is told here. */
const HERE = '127.0.0.1'
/** RFC 1035 2.3.4: the longest label. */
const LONGEST_NAME_BYTES = 63

/**
 * Multicast DNS on every interface, by the library bonjour-service. It shares port 5353 with whatever else of the
 * system answers there, such as Avahi.
 */
export function systemDiscovery(clock: Clock, random: Random, log: Log): Discovery {
  // The system's own name is Avahi's to speak for.
  const chance = random.bytes(4).toHex()
  const host = `kith-${chance}.local`
  const trouble = (error: unknown): void => log.debug('multicast DNS had trouble', { error: String(error) })
  return {
    async announce(what) {
      const { name, type, port, facts, subtypes = [] } = what
      if (what.hereOnly === true) {
        const shorter: Announcement = { ...what, name: shortened(name) }
        return announceHere(clock, `kith-here-${chance}.local`, shorter, trouble)
      }
      const speakers = perInterface((bonjour) => {
        bonjour.publish({
          name: shortened(name),
          type,
          port,
          txt: { ...facts },
          probe: false,
          host,
          subtypes: [...subtypes],
        })
      }, trouble)
      const again = every(clock, ASK_MS, () => speakers.refresh())
      return {
        async [Symbol.asyncDispose]() {
          again[Symbol.dispose]()
          await speakers[Symbol.asyncDispose]()
        },
      }
    },
    async browse(type, listener) {
      const browsers = new Set<Browser>()
      const known = new Map<string, string>()
      const tell = (service: Service, change: 'here' | 'gone'): void => {
        const found = foundOf(service, type)
        if (change === 'here') {
          const news = JSON.stringify(found)
          if (found.addresses.length === 0 || known.get(service.fqdn) === news) return
          known.set(service.fqdn, news)
        } else known.delete(service.fqdn)
        listener(found, change)
      }
      const listeners = perInterface(
        (bonjour) => {
          const browser = bonjour.find({ type })
          browser.on('up', (service) => tell(service, 'here'))
          browser.on('txt-update', (service) => tell(service, 'here'))
          browser.on('srv-update', (service) => tell(service, 'here'))
          browser.on('down', (service) => tell(service, 'gone'))
          browsers.add(browser)
        },
        trouble,
        [HERE],
      )
      const again = every(clock, ASK_MS, () => {
        listeners.refresh()
        for (const browser of browsers) browser.update()
      })
      return {
        async [Symbol.asyncDispose]() {
          again[Symbol.dispose]()
          await listeners[Symbol.asyncDispose]()
        },
      }
    },
  }
}

/** One speaker for each IPv4 address of this machine, since the library speaks on one interface only. */
function perInterface(
  start: (bonjour: Bonjour) => void,
  trouble: (error: unknown) => void,
  more: readonly string[] = [],
): AsyncDisposable & { refresh(): void } {
  const speakers = new Map<string, Bonjour>()
  const end = (bonjour: Bonjour): Promise<void> =>
    new Promise((resolve) => {
      bonjour.unpublishAll(() => bonjour.destroy(() => resolve()))
    })
  const refresh = (): void => {
    const addresses = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address)
      .concat(more)
    for (const [address, bonjour] of speakers) {
      if (addresses.includes(address)) continue
      speakers.delete(address)
      void end(bonjour)
    }
    for (const address of addresses) {
      if (speakers.has(address)) continue
      // The options go on to multicast-dns, whose own are not in the type.
      const options: object = { interface: address, bind: '0.0.0.0' }
      const bonjour = new Bonjour(options, trouble)
      speakers.set(address, bonjour)
      start(bonjour)
    }
  }
  refresh()
  return {
    refresh,
    async [Symbol.asyncDispose]() {
      await Promise.all([...speakers.values()].map(end))
      speakers.clear()
    },
  }
}

function foundOf(service: Service, type: string): Found {
  const facts: Record<string, string> = {}
  for (const [key, fact] of Object.entries((service.txt ?? {}) as Record<string, unknown>)) {
    if (typeof fact === 'string') facts[key] = fact
  }
  const told = [service.referer?.address ?? '', ...(service.addresses ?? [])].filter((address) => isIP(address) !== 0)
  return {
    name: service.name,
    type,
    port: service.port,
    facts,
    addresses: [...new Set(told)].sort((a, b) => isIP(a) - isIP(b)),
  }
}

function shortened(name: string): string {
  let short = name
  while (utf8(short).length > LONGEST_NAME_BYTES) short = short.slice(0, -1).toWellFormed()
  return short
}
