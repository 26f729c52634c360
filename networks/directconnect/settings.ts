import type { Schema } from '@kith/core/network/schema.ts'
import { choice, integer, list, schema, text } from '@kith/core/network/schema.ts'

export interface Settings {
  readonly nick: string
  readonly description: string
  readonly hubs: readonly string[]
  readonly mode: 'active' | 'passive'
  readonly encryption: 'never' | 'offered' | 'required'
  readonly port: number
  readonly uploadSlots: number
  readonly ignored: readonly string[]
}

export const settings: Schema<Settings> = schema<Settings>({
  nick: text({
    default: '',
    maximum: 64,
    description: 'What you are called on hubs. Without one, “kith” and a number that stays the same.',
    apply: 'restart',
    aliases: ['nickname', 'user name'],
  }),
  description: text({
    default: '',
    maximum: 128,
    description: 'A line about you in the user lists of hubs.',
  }),
  hubs: list({
    default: [],
    description:
      'Hubs to be on, as adc://host:port, adcs://host:port or dchub://host:411. Own settings go into the address: nick and password as adc://nick:password@host:port, ?mode=passive, ?charset=windows-1251 for an old hub.',
    apply: 'restart',
    secret: true,
    aliases: ['favourite hubs', 'favorites', 'autoconnect'],
  }),
  mode: choice({
    default: 'active',
    choices: ['active', 'passive'],
    description: 'Whether others can connect to this machine. Passive users get nothing from each other.',
    apply: 'restart',
    aliases: ['incoming connections', 'firewall'],
  }),
  encryption: choice({
    default: 'offered',
    choices: ['never', 'offered', 'required'],
    description: 'TLS between users. With “required” those who cannot are left out.',
    apply: 'restart',
    aliases: ['tls_policy', 'require TLS', 'use encryption'],
  }),
  port: integer({
    default: 0,
    maximum: 65_535,
    description: 'The port where other users reach us. 0 shares the one port of all networks.',
    apply: 'restart',
    aliases: ['active_port', 'listening port', 'incoming port'],
  }),
  uploadSlots: integer({
    default: 5,
    minimum: 1,
    maximum: 500,
    description: 'How many users may take from you at once. Small files and file lists need no slot.',
    aliases: ['slots', 'upload slots'],
  }),
  ignored: list({
    default: [],
    description: 'Nicks of whom nothing is to be seen in chats.',
    apply: 'restart',
    aliases: ['ignore list'],
  }),
})
