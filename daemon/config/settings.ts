import type { Schema } from '@kith/core/network/schema.ts'
import { choice, flag, integer, list, schema, text } from '@kith/core/network/schema.ts'
import { schedule } from './schedule.ts'
import type { Group } from './layer.ts'
import { levels } from './levels.ts'

/** The daemon's own settings; every network brings one group more. Rates are in KiB per second, 0 is no limit. */
const kibibytes = 'KiB/s'

export interface GeneralSettings {
  readonly deviceName: string
  readonly downloads: string
  readonly startPaused: boolean
}

export const general: Schema<GeneralSettings> = schema<GeneralSettings>({
  deviceName: text({
    default: '',
    description: 'What others see as the name of this device. Empty: the name of the machine.',
    apply: 'restart',
    maximum: 64,
    aliases: ['hostname', 'nick'],
  }),
  downloads: text({
    default: '',
    description: 'The folder where transfers go. Empty: the download folder of the desktop.',
    aliases: ['download-dir', 'save path', 'directory'],
  }),
  startPaused: flag({
    default: false,
    description: 'Whether transfers that are added wait until somebody starts them.',
    aliases: ['start-added-torrents'],
  }),
})

export interface SpeedSettings {
  readonly down: number
  readonly up: number
  readonly alternativeDown: number
  readonly alternativeUp: number
  readonly alternative: 'never' | 'schedule' | 'always'
  readonly schedule: readonly string[]
  readonly limitLocal: boolean
}

export const speed: Schema<SpeedSettings> = schema<SpeedSettings>({
  down: integer({
    default: 0,
    unit: kibibytes,
    description: 'The most that is fetched. 0: no limit.',
    aliases: ['download rate'],
  }),
  up: integer({
    default: 0,
    unit: kibibytes,
    description: 'The most that is given. 0: no limit.',
    aliases: ['upload rate'],
  }),
  alternativeDown: integer({
    default: 0,
    unit: kibibytes,
    description: 'The most that is fetched while the alternative limits hold. 0: no limit.',
    aliases: ['turtle', 'alt-speed-down'],
  }),
  alternativeUp: integer({
    default: 50,
    unit: kibibytes,
    description: 'The most that is given while the alternative limits hold. 0: no limit.',
    aliases: ['turtle', 'alt-speed-up'],
  }),
  alternative: choice({
    choices: ['never', 'schedule', 'always'],
    default: 'never',
    description: 'When the alternative limits hold.',
    aliases: ['turtle', 'alt-speed-enabled', 'scheduler'],
  }),
  schedule: schedule({
    default: [],
    description: 'Hours in which the alternative limits hold, such as “mon-fri 08:00-17:30” or “22:00-06:00”.',
  }),
  limitLocal: flag({
    default: false,
    description: 'Whether the limits also hold between machines of the local network.',
  }),
})

export interface SharingSettings {
  readonly ratioPercent: number
  readonly givingMinutes: number
}

export const sharing: Schema<SharingSettings> = schema<SharingSettings>({
  ratioPercent: integer({
    default: 0,
    unit: '%',
    description: 'A complete transfer rests when this share of its size was given: 200 is twice. 0: never.',
    aliases: ['ratio limit', 'seed ratio'],
  }),
  givingMinutes: integer({
    default: 0,
    unit: 'min',
    description: 'A complete transfer rests when it was given for this long. 0: never.',
    aliases: ['seed time', 'idle-seeding-limit'],
  }),
})

export interface ConnectionSettings {
  readonly most: number
  readonly port: number
  readonly portMapping: boolean
}

export const connections: Schema<ConnectionSettings> = schema<ConnectionSettings>({
  most: integer({
    default: 500,
    minimum: 10,
    maximum: 20_000,
    description: 'Connections to others, of all networks together.',
    aliases: ['peer-limit-global', 'maximum connections'],
  }),
  port: integer({
    default: 0,
    maximum: 65_535,
    description: 'The one port at which others reach all networks. 0: drawn once, and kept.',
    apply: 'restart',
    aliases: ['peer-port', 'listening port', 'incoming port'],
  }),
  portMapping: flag({
    default: true,
    description: 'Asks the router to pass on what comes to that port from outside (PCP, NAT-PMP, UPnP).',
    aliases: ['port-forwarding-enabled', 'upnp', 'nat-pmp', 'pcp', 'pinhole', 'port forwarding'],
  }),
})

export interface ApiSettings {
  readonly listen: string
  readonly port: number
  readonly allowedHosts: readonly string[]
  readonly page: boolean
  readonly password: string
}

export const api: Schema<ApiSettings> = schema<ApiSettings>({
  listen: text({
    default: '127.0.0.1',
    description: 'The address of the page and the API. Beyond this machine it needs a password.',
    apply: 'restart',
    aliases: ['bind-address', 'rpc-bind-address', 'web ui address'],
  }),
  port: integer({
    default: 7337,
    minimum: 0,
    maximum: 65_535,
    description: 'The port of the page and the API. 0: any that is free.',
    apply: 'restart',
    aliases: ['rpc-port', 'web ui port'],
  }),
  allowedHosts: list({
    default: [],
    description: 'Names of this machine by which a browser may call it, besides localhost and its own name.',
    aliases: ['rpc-host-whitelist', 'domain'],
  }),
  page: flag({ default: true, description: 'Whether there is a page at all.', apply: 'restart' }),
  password: text({
    default: '',
    apply: 'restart',
    secret: true,
    description:
      'The password of the page, for machines that are set up without one looking on. Empty: set in the page.',
  }),
})

export interface DavSettings {
  readonly on: boolean
  readonly listen: string
  readonly port: number
  readonly encryption: 'beyond-this-machine' | 'always' | 'never'
}

export const webdav: Schema<DavSettings> = schema<DavSettings>({
  on: flag({
    default: false,
    description: 'Whether file managers reach the shared folders by WebDAV. Who may come says kith dav.',
    aliases: ['file server', 'network drive', 'mount', 'nas'],
  }),
  listen: text({
    default: '127.0.0.1',
    description: 'The address where file managers reach the shared folders; 0.0.0.0 is all of this machine.',
    aliases: ['bind-address'],
  }),
  port: integer({
    default: 7338,
    maximum: 65_535,
    description: 'The port of WebDAV. 0: any that is free.',
  }),
  encryption: choice({
    choices: ['beyond-this-machine', 'always', 'never'],
    default: 'beyond-this-machine',
    description:
      'When WebDAV is inside TLS. Never: names and passwords go through the network in the open, for programs that refuse a certificate that signs itself.',
    aliases: ['https', 'tls', 'ssl'],
  }),
})

export interface UploadSettings {
  readonly keepMinutes: number
  readonly most: number
  readonly mostSize: number
}

export const uploads: Schema<UploadSettings> = schema<UploadSettings>({
  keepMinutes: integer({
    default: 1_440,
    minimum: 1,
    maximum: 43_200,
    unit: 'min',
    description:
      'How long a file that a browser began to bring waits to be gone on with after a break. Then what came of it is deleted.',
    aliases: ['resume upload', 'partial uploads', 'tus'],
  }),
  most: integer({
    default: 50,
    minimum: 1,
    maximum: 1_000,
    description: 'Uploads that are not whole yet, of one browser.',
  }),
  mostSize: integer({
    default: 200,
    minimum: 1,
    maximum: 100_000,
    unit: 'GiB',
    description: 'How large what is not whole yet may be, of one browser together.',
    aliases: ['upload limit', 'quota'],
  }),
})

export interface LogSettings {
  readonly level: (typeof levels)[number]
  readonly names: readonly string[]
  readonly redact: boolean
}

export const log: Schema<LogSettings> = schema<LogSettings>({
  level: choice({ choices: levels, default: 'info', description: 'How much is told.', aliases: ['verbosity'] }),
  names: list({ default: [], description: 'Other levels for parts of Kith, such as “edonkey=debug” or “net=warn”.' }),
  redact: flag({
    default: false,
    description: 'Whether addresses and digests are shortened, for logs that are shown to others.',
  }),
})

export interface DiskSettings {
  readonly memory: number
  readonly workers: number
  readonly allocation: 'sparse' | 'size'
}

export const disk: Schema<DiskSettings> = schema<DiskSettings>({
  memory: integer({
    default: 40,
    minimum: 4,
    maximum: 4096,
    unit: 'MiB',
    description: 'Memory between the network and the disk; only what is needed is used.',
    apply: 'restart',
    aliases: ['cache', 'disk cache'],
  }),
  workers: integer({
    default: 0,
    maximum: 64,
    description: 'Threads that hash and write. 0: one for each processor, up to 8.',
    apply: 'restart',
  }),
  allocation: choice({
    choices: ['sparse', 'size'],
    default: 'sparse',
    description: 'Whether new files grow as bytes come, or have their full size at once.',
    apply: 'restart',
    aliases: ['preallocation'],
  }),
})

export interface LibrarySettings {
  readonly hashing: 'full' | 'gentle'
  readonly lookAgainMinutes: number
}

export const library: Schema<LibrarySettings> = schema<LibrarySettings>({
  hashing: choice({
    choices: ['full', 'gentle'],
    default: 'full',
    description:
      'Whether shared files are hashed by all processors, or by one, which spares the battery. Transfers go first either way.',
    aliases: ['hash speed', 'hashing threads', 'battery'],
  }),
  lookAgainMinutes: integer({
    default: 60,
    minimum: 1,
    maximum: 10_080,
    unit: 'min',
    description:
      'How often shared folders are looked through where the system does not tell of changes, such as on network disks.',
    aliases: ['rescan interval', 'auto refresh time'],
  }),
})

/** The groups of the daemon itself, in the order in which people look through them. */
export const groups: readonly Group[] = [
  { name: 'general', title: 'General', schema: general },
  { name: 'speed', title: 'Speed', schema: speed },
  { name: 'sharing', title: 'Sharing', schema: sharing },
  { name: 'connections', title: 'Connections', schema: connections },
  { name: 'disk', title: 'Disk', schema: disk },
  { name: 'library', title: 'Library', schema: library },
  { name: 'uploads', title: 'Files from browsers', schema: uploads },
  { name: 'webdav', title: 'File managers (WebDAV)', schema: webdav },
  { name: 'api', title: 'Page and API', schema: api },
  { name: 'log', title: 'Log', schema: log },
]
