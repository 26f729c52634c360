import type { Schema } from '@kith/core/network/schema.ts'
import { flag, integer, schema } from '@kith/core/network/schema.ts'

export interface Settings {
  readonly port: number
  readonly discovery: boolean
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
})
