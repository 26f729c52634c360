import type { Schema } from '@kith/core/network/schema.ts'
import { choice, flag, integer, list, schema, text } from '@kith/core/network/schema.ts'

export interface Settings {
  readonly nick: string
  readonly description: string
  readonly hubs: readonly string[]
  readonly hubLists: readonly string[]
  readonly mode: 'active' | 'passive'
  readonly encryption: 'never' | 'offered' | 'required'
  readonly port: number
  readonly uploadSlots: number
  readonly ignored: readonly string[]
  readonly directory: boolean
  readonly directoryPort: number
  readonly directoryName: string
  readonly directoryTopic: string
  readonly directoryWelcome: string
  readonly directoryWho: 'everyone' | 'registered'
  readonly directoryEncryption: 'never' | 'offered' | 'required'
  readonly directoryUsers: number
  readonly directoryPerAddress: number
  readonly directoryMinimumShare: number
  readonly directoryMinimumSlots: number
  readonly directoryMaximumHubs: number
  readonly directoryHistory: number
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
      'Hubs to be on, as adc://host:port, adcs://host:port or dchub://host:411. Own settings go into the address: nick and password as adc://nick:password@host:port, ?mode=passive, ?charset=windows-1251 for an old hub, ?description=Hello, ?share=no where nothing of yours is to be seen.',
    apply: 'restart',
    secret: true,
    aliases: ['favourite hubs', 'favorites', 'autoconnect'],
  }),
  hubLists: list({
    default: [
      'https://www.te-home.net/?do=hublist&get=hublist.xml.bz2',
      'https://dchublist.org/hublist.xml.bz2',
      'https://dchublist.ru/hublist.xml.bz2',
      'https://hublist.pwiam.com/hublist.xml.bz2',
    ],
    description: 'Where lists of hubs are fetched when you look for hubs, as hublist.xml, packed by bzip2 or not.',
    apply: 'restart',
    aliases: ['hublist', 'public hubs'],
  }),
  mode: choice({
    default: 'active',
    choices: ['active', 'passive'],
    description:
      'Whether others can connect to this machine. Passive users get from each other only where their routers allow it.',
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
  directory: flag({
    default: false,
    description: 'Our own hub, for users of ADC and of NMDC. `kith directory on directconnect` does the same.',
    apply: 'restart',
    aliases: ['hub', 'own hub'],
  }),
  directoryPort: integer({
    default: 1_511,
    minimum: 1,
    maximum: 65_535,
    description: 'The port of our hub, for both protocols, with TLS and without.',
    apply: 'restart',
    aliases: ['server_port', 'hub port'],
  }),
  directoryName: text({
    default: 'Kith',
    maximum: 64,
    description: 'What our hub is called.',
    apply: 'restart',
    aliases: ['hub_name'],
  }),
  directoryTopic: text({
    default: '',
    maximum: 256,
    description: 'A line about our hub that its users see, and those who list hubs.',
    apply: 'restart',
    aliases: ['hub_description', 'hub topic'],
  }),
  directoryWelcome: text({
    default: '',
    maximum: 4_096,
    description: 'What our hub says to everybody who comes.',
    apply: 'restart',
    aliases: ['motd', 'message of the day'],
  }),
  directoryWho: choice({
    default: 'everyone',
    choices: ['everyone', 'registered'],
    description: 'Who may come to our hub. With “registered” those only whom you have given a password.',
    apply: 'restart',
    aliases: ['registered_users_only'],
  }),
  directoryEncryption: choice({
    default: 'offered',
    choices: ['never', 'offered', 'required'],
    description: 'TLS between our hub and its users (adcs:, nmdcs:), on the same port.',
    apply: 'restart',
    aliases: ['tls_enable', 'tls_require'],
  }),
  directoryUsers: integer({
    default: 5_000,
    minimum: 1,
    maximum: 100_000,
    description: 'How many users our hub takes; operators come in beyond it. `connections.most` has to allow for them.',
    apply: 'restart',
    aliases: ['max_users'],
  }),
  directoryPerAddress: integer({
    default: 20,
    minimum: 1,
    maximum: 100_000,
    description: 'How many users may come to our hub from one address.',
    apply: 'restart',
    aliases: ['limit_max_clients_per_ip'],
  }),
  directoryMinimumShare: integer({
    default: 0,
    unit: 'MiB',
    description: 'How much users of our hub have to share.',
    apply: 'restart',
    aliases: ['limit_min_share', 'minimum share'],
  }),
  directoryMinimumSlots: integer({
    default: 0,
    maximum: 500,
    description: 'How many upload slots users of our hub have to have.',
    apply: 'restart',
    aliases: ['limit_min_slots'],
  }),
  directoryMaximumHubs: integer({
    default: 0,
    maximum: 1_000,
    description: 'On how many hubs users of our hub may be at once. 0 is any number.',
    apply: 'restart',
    aliases: ['limit_max_hubs'],
  }),
  directoryHistory: integer({
    default: 20,
    maximum: 500,
    description: 'How many lines of the chat of our hub are shown to who comes. 0 keeps none.',
    apply: 'restart',
    aliases: ['chat history'],
  }),
})
