import { fail } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Exclusion, Keeper, Visitor } from '@kith/core/network/keeper.ts'
import { Accounts, givenRanks, isGivenRank } from './accounts.ts'
import type { Ban } from './bans.ts'
import { Bans } from './bans.ts'
import type { Guest } from './guest.ts'
import { nickProblem } from './nicks.ts'
import type { Floor } from './floor.ts'

const byKeeper = 'the keeper'

/** What the keeper does from the page and the command line, with the hub or while it is closed. */
export function keeper(host: Host, hub: () => Floor | undefined): Keeper {
  const now = (): number => host.clock.now()
  const accounts = (): Accounts => hub()?.accounts ?? new Accounts(host.keep)
  const bans = (): Bans => hub()?.bans ?? new Bans(host.keep, now())
  return {
    ranks: givenRanks,
    visitors: () => [...(hub()?.people.online ?? [])].map(visitor),
    kick(id, reason) {
      const open = hub()
      const guest = open?.people.find('adc', id)
      if (open === undefined || guest === undefined)
        throw fail('input', 'directory/no-visitor', 'They are not here any more')
      open.kick(guest, reason, byKeeper)
    },
    exclusions: () => bans().list(now()).map(exclusion),
    exclude({ nick, address }, reason, ms) {
      if (nick === undefined && address === undefined)
        throw fail('input', 'directory/exclude', 'Say whom: a nick, an address, or both')
      const open = hub()
      const guest = nick === undefined ? undefined : open?.people.called(nick)
      const made = bans().add({
        ...(nick === undefined ? {} : { nick }),
        ...(guest === undefined ? {} : { cid: guest.cid }),
        ...(address === undefined ? {} : { address }),
        reason,
        by: byKeeper,
        at: now(),
        ...(ms === undefined ? {} : { until: now() + ms }),
      })
      for (const one of open?.people.online ?? [])
        if (one === guest || one.address === address) open?.kick(one, reason, byKeeper)
      return exclusion(made)
    },
    readmit(id) {
      if (!bans().remove(id)) throw fail('input', 'directory/no-exclusion', 'There is no such ban')
    },
    registrations: () => [...accounts()].map(({ nick, rank }) => ({ nick, rank })),
    register(nick, password, rank) {
      const problem = nickProblem(nick, '')
      if (problem !== undefined) throw fail('input', 'directory/nick', problem)
      if (!isGivenRank(rank)) throw fail('input', 'directory/rank', `A class is one of ${givenRanks.join(', ')}`)
      accounts().set({ nick, password, rank })
      return { nick, rank }
    },
    unregister(nick) {
      if (!accounts().remove(nick)) throw fail('input', 'directory/no-registration', 'Nobody is registered so')
    },
    announce: (text) => hub()?.announce(text),
  }
}

function visitor(guest: Guest): Visitor {
  const { session, nick, address, protocol, rank, shared, since, fields, connection } = guest
  return {
    id: session,
    nick,
    address,
    protocol,
    secured: connection.secured !== undefined,
    client: [fields.get('AP'), fields.get('VE')].filter(Boolean).join(' '),
    rank,
    shared,
    since,
  }
}

function exclusion({ id, nick, address, reason, by, at, until }: Ban): Exclusion {
  return {
    id,
    ...(nick === undefined ? {} : { nick }),
    ...(address === undefined ? {} : { address }),
    reason,
    by,
    at,
    ...(until === undefined ? {} : { until }),
  }
}
