import { FaultError } from '@kith/core/fault/fault.ts'
import { addressBytes } from '@kith/wire/ip-address.ts'
import type { Rank } from './accounts.ts'
import { isGivenRank, ranks } from './accounts.ts'
import { nickProblem } from './nicks.ts'
import type { Offer } from './dialect.ts'
import type { Guest } from './guest.ts'
import type { Floor } from './floor.ts'
import { durationText, parseDuration } from './duration.ts'

/** What users type in the chat with `!` or `+` before it, for which hubs have the same words everywhere. */
interface Command {
  /** What follows the name, for people. */
  readonly words: string
  readonly does: string
  /** How it stands in menus, without it not at all: what has to be asked, and whether it is done to somebody. */
  readonly menu?: { readonly title: string; readonly asks?: readonly string[]; readonly somebody?: true }
  /** Who may, and all above. */
  readonly rank: Rank
  /** The answer, which only who has asked sees. */
  run(hub: Floor, from: Guest, words: readonly string[]): string
}

const noSuchUser = 'Nobody here is called so'

const commands: Readonly<Record<string, Command>> = {
  help: {
    words: '',
    does: 'says what there is',
    rank: 'guest',
    run: (_hub, from) =>
      Object.entries(commands)
        .filter(([, one]) => may(from, one.rank))
        .map(([name, { words, does }]) => `!${name}${words === '' ? '' : ` ${words}`}: ${does}`)
        .join('\n'),
  },
  history: {
    words: '[lines]',
    does: 'shows the chat again',
    menu: { title: 'Show the chat again' },
    rank: 'guest',
    run: (hub, _from, [count]) => hub.history.last(Number(count) || undefined).join('\n') || 'Nothing was said yet',
  },
  welcome: {
    words: '',
    does: 'shows the greeting again',
    menu: { title: 'Show the greeting again' },
    rank: 'guest',
    run: (hub) => hub.settings.directoryWelcome || 'There is no greeting',
  },
  stats: {
    words: '',
    does: 'counts the users and what they share',
    menu: { title: 'Count users and shares' },
    rank: 'guest',
    run: (hub) =>
      [
        ...Object.entries(hub.counts).map(([name, count]) => `${count} ${name}`),
        `open for ${durationText(hub.now - hub.since)}`,
      ].join('\n'),
  },
  passwd: {
    words: '<password>',
    does: 'changes your password',
    menu: { title: 'Change my password', asks: ['The new password'] },
    rank: 'registered',
    run(hub, from, [password = '']) {
      const account = hub.accounts.find(from.nick)
      // Who was unregistered is still here as what he was.
      if (account === undefined) return 'You are not registered any more'
      hub.accounts.set({ ...account, password })
      return 'Your password is changed'
    },
  },
  whois: {
    words: '<nick>',
    does: 'says who somebody is',
    menu: { title: 'Who is that', somebody: true },
    rank: 'operator',
    run(hub, _from, [nick = '']) {
      const guest = hub.people.called(nick)
      if (guest === undefined) return noSuchUser
      const { address, protocol, rank, cid, since } = guest
      return `${guest.nick}: ${rank}, ${protocol}, from ${address}, here for ${durationText(hub.now - since)}, ${cid}`
    },
  },
  kick: {
    words: '<nick> [reason]',
    does: 'sends somebody away',
    menu: { title: 'Send away', somebody: true, asks: ['Why'] },
    rank: 'operator',
    run: (hub, from, [nick = '', ...reason]) =>
      over(hub, from, nick, (guest) => {
        hub.kick(guest, reasonIn(reason), from.nick)
        return `${guest.nick} is gone`
      }),
  },
  ban: {
    words: '<nick or address> [30m|2h|7d|ever] [reason]',
    does: 'sends somebody away and keeps them away',
    menu: { title: 'Ban', somebody: true, asks: ['How long: 30m, 2h, 7d or ever', 'Why'] },
    rank: 'operator',
    run(hub, from, [who = '', time = '', ...rest]) {
      const ms = parseDuration(time)
      const reason = reasonIn(ms === undefined && time !== '' ? [time, ...rest] : rest)
      const until = ms === undefined || ms === 'ever' ? {} : { until: hub.now + ms }
      if (addressBytes(who) !== undefined) {
        hub.ban({ address: who, reason, by: from.nick, ...until })
        return `${who} is banned`
      }
      return over(hub, from, who, (guest) => {
        hub.ban({ nick: guest.nick, cid: guest.cid, address: guest.address, reason, by: from.nick, ...until })
        hub.kick(guest, reason, from.nick)
        return `${guest.nick} is banned`
      })
    },
  },
  bans: {
    words: '',
    does: 'lists who is banned',
    menu: { title: 'List the bans' },
    rank: 'operator',
    run(hub) {
      const lines = hub.bans.list(hub.now).map(({ id, nick, address, reason, by, until }) => {
        const left = until === undefined ? 'for ever' : `for ${durationText(until - hub.now)}`
        return `${id}: ${[nick, address].filter(Boolean).join(', ')}, ${left}${by === '' ? '' : `, by ${by}`}: ${reason}`
      })
      return lines.slice(-100).join('\n') || 'Nobody is banned'
    },
  },
  unban: {
    words: '<number>',
    does: 'lets somebody come again; the number is from !bans',
    menu: { title: 'Take a ban back', asks: ['The number in the list of bans'] },
    rank: 'operator',
    run: (hub, _from, [id = '']) => (hub.bans.remove(id) ? 'They may come again' : 'There is no such ban'),
  },
  topic: {
    words: '[text]',
    does: 'changes the topic until the hub is opened again',
    menu: { title: 'Change the topic', asks: ['The topic'] },
    rank: 'operator',
    run(hub, _from, words) {
      hub.retitle(words.join(' ').slice(0, 256))
      return 'The topic is changed'
    },
  },
  broadcast: {
    words: '<text>',
    does: 'says something to all in the voice of the hub',
    menu: { title: 'Say to all', asks: ['What'] },
    rank: 'operator',
    run(hub, _from, words) {
      hub.announce(words.join(' '))
      return 'It is said'
    },
  },
  reg: {
    words: '<nick> <password> [registered|operator|keeper]',
    does: 'gives a nick to whoever knows the password',
    rank: 'operator',
    run(hub, from, [nick = '', password = '', rank = 'registered']) {
      if (!isGivenRank(rank)) return 'A class is registered, operator or keeper'
      const before = hub.accounts.find(nick)
      if (!above(from, rank) || (before !== undefined && !above(from, before.rank))) return 'That is not yours to give'
      const problem = nickProblem(nick, '')
      if (problem !== undefined) return problem
      if (password === '') return 'Say a password too'
      hub.accounts.set({ nick, password, rank })
      return `${nick} is ${rank} from the next login on`
    },
  },
  unreg: {
    words: '<nick>',
    does: 'takes a nick back',
    rank: 'operator',
    run(hub, from, [nick = '']) {
      const account = hub.accounts.find(nick)
      if (account === undefined) return 'Nobody is registered so'
      if (!above(from, account.rank)) return 'That is not yours to take'
      hub.accounts.remove(nick)
      return `${nick} is anybody's again`
    },
  },
}

/** What somebody's menu may show. */
export function offersFor(guest: Guest): readonly Offer[] {
  return Object.entries(commands).flatMap(([name, { menu, rank }]) => {
    if (menu === undefined || !may(guest, rank)) return []
    const { title, asks = [], somebody = false } = menu
    const about = somebody ? [{ chosen: true } as const] : []
    return [
      { path: ['Hub', title], aboutSomebody: somebody, words: [`!${name}`, ...about, ...asks.map((ask) => ({ ask }))] },
    ]
  })
}

/** Does what a line says, and answers who has said it. */
export function command(hub: Floor, from: Guest, line: string): void {
  const [name = '', ...words] = line.split(' ').filter((word) => word !== '')
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (found === undefined || !may(from, found.rank)) {
    hub.voice(from, 'There is no such command: !help says what there is')
    return
  }
  let answer: string
  try {
    answer = found.run(hub, from, words)
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    answer = error.fault.message
  }
  hub.record()
  if (from.online) hub.voice(from, answer)
}

function over(hub: Floor, from: Guest, nick: string, then: (guest: Guest) => string): string {
  const guest = hub.people.called(nick)
  if (guest === undefined) return noSuchUser
  return above(from, guest.rank) ? then(guest) : 'That is not yours to do'
}

function may(guest: Guest, rank: Rank): boolean {
  return ranks.indexOf(guest.rank) >= ranks.indexOf(rank)
}

/** Whether somebody stands above a class; keepers stand above each other too. */
function above(guest: Guest, rank: Rank): boolean {
  return guest.rank === 'keeper' || ranks.indexOf(guest.rank) > ranks.indexOf(rank)
}

function reasonIn(words: readonly string[]): string {
  return words.join(' ').slice(0, 256) || 'no reason given'
}
