import type { RoomCommand } from '@kith/core/chat/command.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { HubTalk } from '../talk/hub-event.ts'
import { escapeAdc } from '../wire/adc-line.ts'
import type { HubAddress } from '../wire/hub-address.ts'
import type { HubUser } from '../wire/hub-user.ts'
import { escapeNmdc } from '../wire/nmdc-text.ts'
import type { UserCommand } from '../wire/user-command.ts'
import { fillCommand, questionsOf } from '../wire/user-command.ts'

/** Hubs with many tools for their operators have some two hundred; texts of one may be long. */
const mostCommands = 500
const longestCommand = 8_192

/** The hub that a menu belongs to. */
export interface MenuHub {
  readonly talk: HubTalk | undefined
  readonly name: string
  readonly given: string
  readonly address: HubAddress
  flush(): void
}

/** What a hub offers in menus. */
export class Menu {
  readonly #commands = new Map<string, UserCommand>()

  /** The hub offers something more, or takes it back. */
  heard(command: UserCommand): void {
    const { kind, path, context, text } = command
    if (kind === 'clear') {
      for (const [id, one] of this.#commands) {
        const below = path.every((level, at) => one.path[at] === level)
        if (below && (Object.keys(context) as (keyof typeof context)[]).some((in_) => context[in_] && one.context[in_]))
          this.#commands.delete(id)
      }
      return
    }
    if (kind === 'separator' || path.length === 0 || text.length > longestCommand) return
    if (!context.hub && !context.user) return
    const id = `${context.user ? 'user' : 'hub'}/${path.join('/')}`
    if (this.#commands.size < mostCommands || this.#commands.has(id)) this.#commands.set(id, command)
  }

  list(): readonly RoomCommand[] {
    return [...this.#commands].map(([id, command]) => ({
      id,
      path: command.path,
      aboutSomebody: command.context.user,
      asks: questionsOf(command),
    }))
  }

  /** @throws FaultError `input` `directconnect/no-command` */
  run(hub: MenuHub, id: string, answers: Readonly<Record<string, string>>, user: HubUser | undefined): void {
    const command = this.#commands.get(id)
    const { talk } = hub
    if (command === undefined || talk === undefined)
      throw fail('input', 'directconnect/no-command', 'The hub does not offer that')
    if (!command.context.hub && user === undefined)
      throw fail('input', 'directconnect/no-command', 'That is done to somebody: say to whom')
    const own = talk.id === undefined ? undefined : talk.users.get(talk.id)
    const values = {
      ...valuesOf('my', own),
      ...valuesOf('user', user),
      mynick: own?.nick ?? '',
      nick: user?.nick ?? '',
      hubNI: hub.name,
      hubURL: hub.given,
    }
    talk.raw(fillCommand(command, values, answers, hub.address.protocol === 'adc' ? escapeAdc : escapeNmdc))
    hub.flush()
  }
}

function valuesOf(whose: 'my' | 'user', user: HubUser | undefined): Readonly<Record<string, string>> {
  if (user === undefined) return {}
  const { nick, id, cid = '', address = '', description, shared } = user
  const said = { NI: nick, SID: id, CID: cid, I4: address, DE: description, SS: `${shared}` }
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [whose + name, value]))
}
