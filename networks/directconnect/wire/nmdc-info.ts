import type { HubSelf, HubUser } from './hub-user.ts'
import { numberIn } from './adc-search.ts'
import type { NmdcText } from './nmdc-text.ts'
import { escapeNmdc, unescapeNmdc } from './nmdc-text.ts'

/** Bits of the byte after the connection (NMDC 6.3). */
const normal = 1
const away = 2
const tls = 16
const halfWay = 32

/** A user by `$MyINFO`; undefined for a line that is none. What the hub says elsewhere (operators, addresses) is `known`. */
export function readMyInfo(rest: string, text: NmdcText, known: Partial<HubUser>): HubUser | undefined {
  const match = /^\$ALL ([^ $|]+) ([^$]*)\$.\$([^$]*)\$([^$]*)\$(\d*)\$?$/s.exec(rest)
  if (match === null) return undefined
  const [, nick = '', about = '', connection = '', , shared] = match
  const tag = /<([^<>]*)>$/.exec(about)
  const parts = (tag?.[1] ?? '').split(',')
  const value = (name: string): string | undefined => parts.find((part) => part.startsWith(`${name}:`))?.slice(2)
  const [program = ''] = parts
  const flags = connection === '' ? normal : connection.charCodeAt(connection.length - 1)
  const mode = value('M')
  // Who has no tag is an old client or a bot; the old ones could be dialled.
  const active = mode === undefined ? tag !== null : mode === 'A'
  return {
    id: nick,
    nick: text.read(nick),
    description: unescapeNmdc(text.read(tag === null ? about : about.slice(0, tag.index))),
    client: text.read(program.replace(/ V:/, ' ')),
    shared: numberIn(shared) ?? 0,
    slots: numberIn(value('S')) ?? 0,
    active,
    ...(!active && (flags & halfWay) !== 0 ? { traverses: true } : {}),
    tls: (flags & tls) !== 0,
    bot: tag === null && (numberIn(shared) ?? 0) === 0,
    operator: known.operator ?? false,
    away: (flags & away) !== 0,
    ...(known.address === undefined ? {} : { address: known.address }),
  }
}

/** Our own `$MyINFO`. `nick` is as the wire has it. */
export function formatMyInfo(self: HubSelf, nick: string, text: NmdcText): string {
  const about = text.write(escapeNmdc(self.description.replace(/[<>]/g, '')))
  const tag = `<${self.program} V:${self.version},M:${self.active ? 'A' : 'P'},H:${self.hubs.join('/')},S:${self.slots}>`
  const flags = String.fromCharCode(normal | (self.tls ? tls : 0) | (self.active ? 0 : halfWay))
  return `$MyINFO $ALL ${nick} ${about}${tag}$ $100${flags}$$${self.shared}$|`
}
