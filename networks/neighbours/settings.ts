import type { Schema } from '@kith/core/network/schema.ts'
import { flag, integer, schema } from '@kith/core/network/schema.ts'

export interface Settings {
  readonly port: number
  readonly discovery: boolean
  readonly lendRelay: boolean
  readonly relaySpeed: number
}

export const settings: Schema<Settings> = schema<Settings>({
  port: integer({
    default: 0,
    maximum: 65_535,
    description: 'The port where other devices reach this one. 0 shares the one port of all networks.',
    aliases: ['device port', 'listening port'],
  }),
  discovery: flag({
    default: true,
    apply: 'restart',
    description: 'Finds devices on the local network, and shows the name of this one there.',
    aliases: ['visible', 'bonjour', 'zeroconf', 'mDNS', 'announce', 'local discovery'],
  }),
  lendRelay: flag({
    default: false,
    description: 'Passes on what two paired devices say that cannot reach each other. Only those two can read it.',
    aliases: ['relay', 'relaying', 'jump host'],
  }),
  relaySpeed: integer({
    default: 0,
    unit: 'KiB/s',
    description: 'The most that is passed on for others in either direction. 0: no limit.',
    aliases: ['relay limit'],
  }),
})
