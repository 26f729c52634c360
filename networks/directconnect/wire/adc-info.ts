import { numberIn } from './adc-search.ts'
import { formatKeyprint, parseKeyprint } from './keyprint.ts'
import type { HubSelf, HubUser } from './hub-user.ts'

/** Fields of one user that are kept; hubs and clients know some forty. */
const mostFields = 64

/** Bits of `CT` (ADC 1.0, 5.3.4). */
const bot = 1
const operators = 4 | 8 | 16
const hub = 32

/** Two letters and what they say, as `INF` brings them piece by piece; an empty one deletes. */
export function updateFields(fields: Map<string, string>, words: readonly string[]): void {
  for (const word of words) {
    const name = word.slice(0, 2)
    if (!/^[A-Z][A-Z0-9]$/.test(name)) continue
    if (word.length === 2) fields.delete(name)
    else if (fields.size < mostFields || fields.has(name)) fields.set(name, word.slice(2))
  }
}

export function userOf(id: string, fields: ReadonlyMap<string, string>): HubUser {
  const features = (fields.get('SU') ?? '').split(',')
  const kind = numberIn(fields.get('CT')) ?? 0
  const v4 = fields.get('I4')
  const address = v4 !== undefined && v4 !== '0.0.0.0' ? v4 : fields.get('I6')
  const udpPort = numberIn(fields.get(address === v4 ? 'U4' : 'U6'))
  const keyprint = parseKeyprint(fields.get('KP') ?? '')
  const cid = fields.get('ID')
  const freeSlots = numberIn(fields.get('FS'))
  return {
    id,
    nick: fields.get('NI') ?? id,
    ...(cid === undefined ? {} : { cid }),
    description: fields.get('DE') ?? '',
    client: [fields.get('AP'), fields.get('VE')].filter(Boolean).join(' '),
    shared: numberIn(fields.get('SS')) ?? 0,
    slots: numberIn(fields.get('SL')) ?? 0,
    ...(freeSlots === undefined ? {} : { freeSlots }),
    ...(address === undefined ? {} : { address }),
    ...(udpPort === undefined || udpPort === 0 ? {} : { udpPort }),
    active: address !== undefined && (features.includes('TCP4') || features.includes('TCP6')),
    ...(features.includes('NAT0') || features.includes('NATT') ? { traverses: true } : {}),
    tls: features.includes('ADC0') || features.includes('ADCS'),
    ...(keyprint === undefined ? {} : { keyprint }),
    bot: (kind & (bot | hub)) !== 0,
    operator: (kind & operators) !== 0,
    away: fields.has('AW'),
  }
}

/** What `INF` says of ourselves, without identities. The hub puts our address in for the zeros. */
export function fieldsOf(self: HubSelf, v6: boolean): Map<string, string> {
  const family = v6 ? '6' : '4'
  const features = [
    ...(self.active ? [`TCP${family}`, `UDP${family}`] : ['NAT0', 'NATT']),
    ...(self.tls ? ['ADC0', 'ADCS'] : []),
    'SEGA',
  ]
  return new Map([
    ['NI', self.nick],
    ['DE', self.description],
    ['AP', self.program],
    ['VE', self.version],
    ['SL', `${self.slots}`],
    ['FS', `${self.freeSlots}`],
    ['SS', `${self.shared}`],
    ['SF', `${self.files}`],
    ['HN', `${self.hubs[0]}`],
    ['HR', `${self.hubs[1]}`],
    ['HO', `${self.hubs[2]}`],
    [`I${family}`, v6 ? '::' : '0.0.0.0'],
    [`U${family}`, self.active ? `${self.udpPort}` : ''],
    ['SU', features.join(',')],
    ['KP', self.tls ? formatKeyprint(self.fingerprint) : ''],
  ])
}
