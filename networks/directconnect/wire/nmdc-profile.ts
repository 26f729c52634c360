import { escapeNmdc, unescapeNmdc } from './nmdc-text.ts'
import { numberIn } from './adc-search.ts'

/** Bits of the byte after the connection (NMDC 6.3). */
const normal = 1
const away = 2
const tls = 16
const halfWay = 32

/**
 * What follows `$MyINFO ` by the names of ADC; undefined for a line that is none, or another's. `nick` and `raw` are text
 * already. Who can be dialled has `TCP4` in `SU`.
 */
export function readProfile(raw: string, nick: string): Map<string, string> | undefined {
  const match = /^\$ALL ([^ $|]+) ([^$]*)\$.\$([^$]*)\$([^$]*)\$(\d*)\$?$/s.exec(raw)
  if (match === null || match[1] !== nick) return undefined
  const [, , about = '', connection = '', email = '', shared] = match
  const tag = /<([^<>]*)>$/.exec(about)
  const parts = (tag?.[1] ?? '').split(',')
  const value = (name: string): string | undefined => parts.find((part) => part.startsWith(`${name}:`))?.slice(2)
  const [program = '', version = ''] = parts[0]!.split(/ V:/)
  const hubs = (value('H') ?? '').split('/')
  const flags = connection === '' ? normal : connection.charCodeAt(connection.length - 1)
  const features = [
    ...(value('M') === 'A' || value('M') === undefined ? ['TCP4', 'UDP4'] : []),
    ...((flags & tls) === 0 ? [] : ['ADC0']),
    ...((flags & halfWay) === 0 ? [] : ['NAT0']),
  ]
  const count = (name: string, text: string | undefined): [string, string][] => {
    const number = numberIn(text)
    return number === undefined ? [] : [[name, `${number}`]]
  }
  const text = (name: string, of: string): [string, string][] => (of === '' ? [] : [[name, of]])
  return new Map([
    ['NI', nick],
    ...text('DE', unescapeNmdc(tag === null ? about : about.slice(0, tag.index))),
    ...text('AP', program),
    ...text('VE', version),
    ...text('EM', unescapeNmdc(email)),
    ...count('SS', shared),
    ...count('SL', value('S')),
    ...count('HN', hubs[0]),
    ...count('HR', hubs[1]),
    ...count('HO', hubs[2]),
    ...text('SU', features.join(',')),
    ...text('AW', (flags & away) === 0 ? '' : '1'),
  ])
}

/** `$MyINFO` of somebody of whom we know the fields of ADC; text, not bytes. */
export function formatProfile(nick: string, fields: ReadonlyMap<string, string>): string {
  const of = (name: string): string => fields.get(name) ?? ''
  const number = (name: string): number => numberIn(of(name)) ?? 0
  const plain = (text: string): string => escapeNmdc(text.replace(/[<>\n]/g, ' '))
  const features = of('SU').split(',')
  const active = features.includes('TCP4') || features.includes('TCP6')
  const hubs = [number('HN'), number('HR'), number('HO')].join('/')
  const program = plain(of('AP') || of('VE').split(' ')[0] || 'ADC').replaceAll(',', ' ')
  const version = plain(of('VE') || '1').replaceAll(',', ' ')
  const tag = `<${program} V:${version},M:${active ? 'A' : 'P'},H:${hubs},S:${number('SL')}>`
  const secret = features.includes('ADC0') || features.includes('ADCS') ? tls : 0
  const meets = !active && (features.includes('NAT0') || features.includes('NATT')) ? halfWay : 0
  const flags = String.fromCharCode((of('AW') === '' ? normal : away | normal) | secret | meets)
  return `$MyINFO $ALL ${nick} ${plain(of('DE'))}${tag}$ $100${flags}$${plain(of('EM'))}$${number('SS')}$|`
}
