import type { JournalEntry, LogLine } from '@kith/api/journal.ts'
import type { NetworkView } from '@kith/api/networks.ts'
import type { SettingView } from '@kith/api/settings.ts'
import type { Transfer, TransferState } from '@kith/api/transfers.ts'
import { transferStates } from '@kith/api/transfers.ts'

const gigabyte = 1_000_000_000
const names = [
  'debian-13.2.0-amd64-DVD-1.iso',
  'Big Buck Bunny (2008) 4K',
  'openstreetmap-planet-2026-11-16.osm.pbf',
  'Sintel – Blender Foundation',
  'archlinux-2026.11.01-x86_64.iso',
  'Wikipedia_en_all_maxi_2026-10.zim',
  'Kiwix Gutenberg library of every language with a rather long name that has to be cut somewhere.zim',
  'linux-7.2.tar.xz',
  'Night of the Living Dead (1968)',
  'ubuntu-26.10-desktop-amd64.iso',
]

/** The same list of made-up transfers every time. */
export function madeUpTransfers(amount: number, now: number): Transfer[] {
  return Array.from({ length: amount }, (_, index): Transfer => {
    const state: TransferState = transferStates[(index * 5 + 2) % transferStates.length]!
    const isWhole = state === 'giving' || state === 'done'
    const size = Math.round(((index * 37) % 90) * 0.11 * gigabyte + 5_000_000)
    const progress = isWhole ? 1 : state === 'looking' ? 0 : ((index * 29) % 97) / 100
    const round = Math.floor(index / names.length)
    return {
      id: `made-up-${index}`,
      name: `${names[index % names.length]!}${round === 0 ? '' : ` (${round})`}`,
      state,
      ...(state === 'trouble' && {
        fault: {
          code: 'disk/full',
          kind: 'local',
          message: 'The disk that holds /home/ana/Downloads is full',
          hint: 'Make room there, or move the transfer to another folder.',
        },
      }),
      ...(index % 4 === 0 && { label: index % 8 === 0 ? 'films' : 'systems' }),
      networks: index % 5 === 3 ? ['bittorrent', 'edonkey'] : ['bittorrent'],
      ...(state !== 'looking' && { size, wanted: size }),
      had: state === 'looking' ? 0 : Math.round(size * progress),
      progress,
      downRate: state === 'getting' ? 150_000 + ((index * 977) % 40) * 90_000 : 0,
      upRate: state === 'giving' || state === 'getting' ? ((index * 613) % 30) * 21_000 : 0,
      down: Math.round(size * progress),
      up: Math.round(size * ((index % 7) / 5)),
      ratio: (index % 7) / 5,
      ...(state === 'getting' && { eta: 60 + ((index * 71) % 9000) }),
      peers: state === 'getting' || state === 'giving' ? 3 + (index % 40) : 0,
      sources: state === 'getting' ? 1 + (index % 9) : 0,
      sequential: false,
      addedAt: now - index * 3_700_000,
      ...(isWhole && { completedAt: now - index * 3_100_000 - 45_000 }),
      directory: '/home/ana/Downloads',
      path: `/home/ana/Downloads/${names[index % names.length]!}`,
    }
  })
}

export function madeUpNetworks(): NetworkView[] {
  return [
    {
      id: 'bittorrent',
      title: 'BitTorrent',
      reveals: 'Trackers and peers of the same torrents see your address, and that you have or want them.',
      on: true,
      state: 'connected',
      people: 148,
      downRate: 3_200_000,
      upRate: 810_000,
      down: 41 * gigabyte,
      up: 63 * gigabyte,
      facets: ['gateways', 'locate', 'fetch', 'serve', 'publish', 'directory'],
      gateways: { attached: 5, failed: 1, all: 6 },
      directory: {
        open: true,
        addresses: ['http://192.168.1.20:6969/announce', 'udp://192.168.1.20:6969'],
        counts: { torrents: 12, peers: 31 },
      },
    },
    {
      id: 'directconnect',
      title: 'Direct Connect',
      reveals: 'Hubs and their users see your address, your nick, what you search for and the list of what you share.',
      on: true,
      state: 'connected',
      people: 2_416,
      downRate: 0,
      upRate: 0,
      down: 2 * gigabyte,
      up: 5 * gigabyte,
      facets: ['gateways', 'search', 'locate', 'fetch', 'browse', 'chat', 'directory'],
      gateways: { attached: 1, failed: 1, all: 2 },
      directory: {
        open: true,
        kept: true,
        addresses: ['adc://192.168.1.20:1511', 'dchub://192.168.1.20:1511'],
        counts: { users: 9, bans: 0 },
      },
    },
    {
      id: 'edonkey',
      title: 'eDonkey and Kad',
      reveals: 'Servers and peers see your address and what you search for and give.',
      on: true,
      state: 'trouble',
      people: 0,
      fault: {
        code: 'net/port-taken',
        kind: 'local',
        message: 'Port 4662 is used by another program',
        hint: 'Stop that program, or choose another port in the settings.',
      },
      downRate: 0,
      upRate: 0,
      down: 0,
      up: 0,
      facets: ['search', 'fetch', 'serve'],
      gateways: { attached: 0, failed: 0, all: 0 },
    },
    {
      id: 'freenet',
      title: 'Freenet',
      reveals: 'Your peers see that you take part, not what you fetch.',
      on: false,
      state: 'off',
      people: 0,
      downRate: 0,
      upRate: 0,
      down: 0,
      up: 0,
      facets: [],
      gateways: { attached: 0, failed: 0, all: 0 },
    },
  ]
}

type Given = Pick<SettingView, 'path' | 'kind' | 'description' | 'default'> & Partial<SettingView>

function setting(of: Given): SettingView {
  return {
    group: of.path.split('.')[0]!,
    value: of.default,
    origin: 'default',
    locked: false,
    apply: 'live',
    secret: false,
    aliases: [],
    variable: `KITH_${of.path.replace('.', '_').toUpperCase()}`,
    ...of,
  }
}

export function madeUpSettings(): SettingView[] {
  return [
    setting({
      path: 'general.deviceName',
      kind: 'text',
      default: '',
      description: 'What others see as the name of this device. Empty: the name of the machine.',
      apply: 'restart',
      aliases: ['hostname', 'nick'],
    }),
    setting({
      path: 'general.downloads',
      kind: 'text',
      default: '',
      value: '/srv/files',
      origin: 'file',
      locked: true,
      description: 'The folder where transfers go. Empty: the download folder of the desktop.',
    }),
    setting({
      path: 'general.startPaused',
      kind: 'flag',
      default: false,
      description: 'Whether transfers that are added wait until somebody starts them.',
    }),
    setting({
      path: 'speed.down',
      kind: 'integer',
      default: 0,
      value: 2_000,
      origin: 'page',
      minimum: 0,
      maximum: 10_000_000,
      unit: 'KiB/s',
      description: 'The most that is fetched. 0: no limit.',
      aliases: ['download rate'],
    }),
    setting({
      path: 'speed.alternative',
      kind: 'choice',
      default: 'never',
      choices: ['never', 'schedule', 'always'],
      description: 'When the alternative limits hold.',
      aliases: ['turtle', 'scheduler'],
    }),
    setting({
      path: 'speed.schedule',
      kind: 'list',
      default: [],
      description: 'Hours in which the alternative limits hold, such as “mon-fri 08:00-17:30”.',
    }),
    setting({
      path: 'webdav.on',
      kind: 'flag',
      default: false,
      value: true,
      origin: 'page',
      description: 'Whether file managers reach the shared folders by WebDAV.',
    }),
    setting({
      path: 'webdav.listen',
      kind: 'text',
      default: '127.0.0.1',
      description: 'The address where file managers reach the shared folders; 0.0.0.0 is all of this machine.',
    }),
    setting({
      path: 'bittorrent.uploadSlots',
      kind: 'integer',
      default: 8,
      value: 12,
      origin: 'environment',
      locked: true,
      minimum: 1,
      maximum: 500,
      description: 'How many peers of one torrent are given to at once.',
      aliases: ['upload slots', 'unchoke slots'],
    }),
    setting({
      path: 'bittorrent.anonymous',
      kind: 'flag',
      default: false,
      description: 'Does not tell peers and trackers which program this is. Your address stays visible to them.',
      apply: 'restart',
    }),
  ]
}

export function madeUpLog(now: number): LogLine[] {
  const lines: [LogLine['level'], string, string][] = [
    ['info', 'kith', 'Kith 0.1.0 is up on http://127.0.0.1:7337'],
    ['debug', 'bittorrent', 'Asks the tracker'],
    ['info', 'bittorrent', 'Joined'],
    ['warn', 'bittorrent', 'The tracker does not answer; the next one is asked'],
    ['error', 'edonkey', 'Port 4662 is used by another program'],
  ]
  return Array.from({ length: 60 }, (_, at): LogLine => {
    const [level, name, sentence] = lines[at % lines.length]!
    const fields = at % 5 === 3 ? { tracker: 'http://tracker.example:6969/announce' } : undefined
    return { seq: at + 1, at: now - (60 - at) * 7_000, level, name, sentence, fields }
  })
}

export function madeUpJournal(now: number): JournalEntry[] {
  const entries: Omit<JournalEntry, 'seq' | 'at'>[] = [
    { type: 'daemon/started', data: { version: '0.1.0' } },
    { type: 'network/joined', subject: 'bittorrent' },
    { type: 'transfer/added', subject: 'made-up-0', data: { name: names[0]! } },
    { type: 'transfer/trouble', subject: 'made-up-0', data: { code: 'disk/full', message: 'The disk is full' } },
    { type: 'transfer/completed', subject: 'made-up-0', data: { name: names[0]! } },
    { type: 'network/trouble', subject: 'edonkey', data: { code: 'net/port', message: 'Port 4662 is taken' } },
  ]
  return entries.map((entry, at) => ({ seq: at + 1, at: now - (entries.length - at) * 600_000, ...entry }))
}
