import type { Schema } from '@kith/core/network/schema.ts'
import { flag, integer, schema, text } from '@kith/core/network/schema.ts'

export interface Settings {
  readonly port: number
  readonly discovery: boolean
  readonly localsend: boolean
  readonly localsendPort: number
  readonly localsendPin: string
  readonly printers: boolean
  readonly printSystem: string
  readonly longestPrint: number
  readonly printJobs: number
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
  localsend: flag({
    default: true,
    apply: 'restart',
    description: 'Speaks LocalSend too, where devices are looked for: phones that have it can send here and receive.',
    aliases: ['LocalSend', 'phone', 'AirDrop', 'quick share'],
  }),
  localsendPort: integer({
    default: 53_317,
    minimum: 1,
    maximum: 65_535,
    apply: 'restart',
    description:
      'The port where LocalSend is spoken, and its group is heard; devices with another one do not find this.',
    aliases: ['LocalSend port'],
  }),
  localsendPin: text({
    default: '',
    maximum: 64,
    apply: 'restart',
    secret: true,
    description: 'What devices that send by LocalSend have to know before you are asked. Empty for nothing.',
    aliases: ['LocalSend PIN', 'password', 'code'],
  }),
  printers: flag({
    default: true,
    apply: 'restart',
    description:
      'Looks for printers that could be lent, and shows those of devices nearby as printers of this machine.',
    aliases: ['printing', 'AirPrint', 'IPP', 'CUPS'],
  }),
  printSystem: text({
    default: 'http://localhost:631',
    apply: 'restart',
    description: 'Where the print system of this machine (CUPS) answers; empty for none.',
    aliases: ['CUPS server', 'print server'],
  }),
  longestPrint: integer({
    default: 1_024,
    minimum: 1,
    maximum: 1_048_576,
    unit: 'MiB',
    description: 'The longest document that a neighbour may print here.',
    aliases: ['job size', 'print limit'],
  }),
  printJobs: integer({
    default: 20,
    minimum: 1,
    maximum: 1_000,
    description: 'Print jobs that one neighbour may have here at once; more have to wait.',
    aliases: ['print queue', 'print limit'],
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
