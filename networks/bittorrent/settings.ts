import type { Schema } from '@kith/core/network/schema.ts'
import { choice, flag, integer, schema } from '@kith/core/network/schema.ts'

export interface Settings {
  readonly port: number
  readonly connections: number
  readonly connectionsPerTransfer: number
  readonly uploadSlots: number
  readonly peerExchange: boolean
  readonly anonymous: boolean
  readonly directory: boolean
  readonly directoryPort: number
  readonly directoryInterval: number
  readonly directoryMode: 'open' | 'listed'
}

export const settings: Schema<Settings> = schema<Settings>({
  port: integer({
    default: 0,
    maximum: 65_535,
    description: 'The port where peers reach us. 0 shares the one port of all networks; 6881 is the classic one.',
    aliases: ['listening port', 'peer-port', 'listen-port', 'incoming port'],
  }),
  connections: integer({
    default: 500,
    minimum: 1,
    maximum: 10_000,
    description: 'The most peers that are connected at once, of all torrents together.',
    aliases: ['maximum connections', 'global maximum number of connections', 'peer-limit-global', 'max_connec'],
  }),
  connectionsPerTransfer: integer({
    default: 100,
    minimum: 1,
    maximum: 2_000,
    description: 'The most peers that are connected at once for one torrent.',
    aliases: ['connections per torrent', 'peer-limit-per-torrent', 'bt-max-peers', 'max_connec_per_torrent'],
  }),
  uploadSlots: integer({
    default: 8,
    minimum: 1,
    maximum: 500,
    description:
      'How many peers of one torrent are given to at once. One of them is chosen by chance, so that newcomers get on.',
    aliases: ['upload slots', 'unchoke slots', 'upload-slots-per-torrent', 'max_uploads_per_torrent'],
  }),
  peerExchange: flag({
    default: true,
    description: 'Peers tell each other of more peers. Never used for private torrents.',
    aliases: ['PeX', 'pex-enabled', 'enable-peer-exchange', 'ut_pex'],
  }),
  anonymous: flag({
    default: false,
    description: 'Does not tell peers and trackers which program this is. Your address stays visible to them.',
    aliases: ['anonymous mode', 'peer id', 'user agent', 'client name'],
  }),
  directory: flag({
    default: false,
    description: 'Runs a tracker of our own, where peers of a torrent find each other.',
    aliases: ['tracker', 'embedded tracker', 'built-in tracker'],
  }),
  directoryPort: integer({
    default: 6_969,
    maximum: 65_535,
    description: 'The port of our tracker, for HTTP and UDP alike. 0 draws one that is free.',
    aliases: ['embedded tracker port', 'tracker port', 'announce port', 'udp tracker port'],
  }),
  directoryInterval: integer({
    default: 1_800,
    minimum: 10,
    maximum: 86_400,
    unit: 's',
    description: 'How often our tracker wants to hear of a peer; who is silent for longer is forgotten.',
    aliases: ['announce interval', 'tracker interval'],
  }),
  directoryMode: choice<'open' | 'listed'>({
    default: 'open',
    choices: ['open', 'listed'],
    description:
      'Whether our tracker serves every torrent that somebody asks for (open), or only the ones that run here (listed).',
    aliases: ['whitelist', 'open tracker', 'closed tracker'],
  }),
})
