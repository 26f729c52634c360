/** Programs by their two letters in peer ids of the Azureus style (BEP 20), those that people meet. */
const azureus: Readonly<Record<string, string>> = {
  'A~': 'Ares',
  AG: 'Ares',
  AZ: 'Vuze',
  BC: 'BitComet',
  BE: 'BitTorrent SDK',
  BI: 'BiglyBT',
  BT: 'BitTorrent',
  BW: 'BitWombat',
  CD: 'Enhanced CTorrent',
  CT: 'CTorrent',
  DE: 'Deluge',
  FD: 'Free Download Manager',
  FG: 'FlashGet',
  FW: 'FrostWire',
  FX: 'Freebox',
  HL: 'Halite',
  JT: 'JavaTorrent',
  KG: 'KGet',
  KH: 'Kith',
  KT: 'KTorrent',
  LP: 'lphant',
  LR: 'LibreTorrent',
  LT: 'libtorrent',
  LW: 'LimeWire',
  ML: 'MLDonkey',
  MO: 'MonoTorrent',
  NX: 'Net Transport',
  OS: 'OneSwarm',
  PI: 'PicoTorrent',
  QD: 'QQDownload',
  RT: 'Retriever',
  SD: 'Thunder',
  ST: 'SymTorrent',
  SZ: 'Shareaza',
  TB: 'Torch',
  TL: 'Tribler',
  TR: 'Transmission',
  TX: 'Tixati',
  UE: 'µTorrent Embedded',
  UM: 'µTorrent Mac',
  UT: 'µTorrent',
  UW: 'µTorrent Web',
  WD: 'WebTorrent Desktop',
  WW: 'WebTorrent',
  XF: 'Xfplay',
  XL: 'Thunder',
  ZO: 'Zona',
  lt: 'rTorrent',
  qB: 'qBittorrent',
}

/** Programs that call themselves by one letter and digits (Shadow's style), and by `M1-2-3--` (mainline style). */
const letters: Readonly<Record<string, string>> = {
  A: 'ABC',
  M: 'BitTorrent',
  O: 'Osprey',
  Q: 'BTQueue',
  R: 'Tribler',
  S: 'Shadow',
  T: 'BitTornado',
  U: 'UPnP NAT',
}

/** What else is found at the beginning of a peer id. */
const prefixes: readonly (readonly [prefix: string, name: string])[] = [
  ['A2-', 'aria2'],
  ['-ML', 'MLDonkey'],
  ['-G3', 'G3 Torrent'],
  ['exbc', 'BitComet'],
  ['FUTB', 'BitComet'],
  ['XBT', 'XBT'],
  ['OP', 'Opera'],
  ['TIX', 'Tixati'],
  ['btpd/', 'btpd'],
  ['Mbrst', 'Burst!'],
  ['Plus', 'Plus!'],
  ['LIME', 'LimeWire'],
]

/** The program that a peer id names, for people; undefined when it names none. */
export function clientOf(peerId: Uint8Array): string | undefined {
  const id = String.fromCharCode(...peerId)
  return fromAzureus(id) ?? fromPrefix(id) ?? fromMainline(id) ?? fromShadow(id)
}

function fromAzureus(id: string): string | undefined {
  const match = /^-([A-Za-z~][A-Za-z~])([0-9A-Za-z]{4})./.exec(id)
  if (match === null) return undefined
  const [, code, version] = match
  const name = azureus[code!] ?? code!
  return `${name} ${code === 'TR' ? transmissionVersion(version!) : azureusVersion(version!)}`
}

/** `4570` → `4.5.7`: a digit for each part, letters for ten and more; zeros at the end say nothing. */
function azureusVersion(version: string): string {
  const parts = Array.from(version, (digit) => Number.parseInt(digit, 36))
  while (parts.length > 2 && parts.at(-1) === 0) parts.pop()
  return parts.join('.')
}

/** `2940` and `3000` are 2.94 and 3.00; from 4 on there is a digit for each part: `4130` is 4.1.3. */
function transmissionVersion(version: string): string {
  if (/^[0-3]\d{3}$/.test(version)) return `${version[0]!}.${version.slice(1, 3)}`
  return azureusVersion(version)
}

function fromPrefix(id: string): string | undefined {
  const found = prefixes.find(([prefix]) => id.startsWith(prefix))
  if (found?.[1] !== 'aria2') return found?.[1]
  const version = /^A2-(\d+)-(\d+)-(\d+)-/.exec(id)
  return version === null ? 'aria2' : `aria2 ${version.slice(1).join('.')}`
}

function fromMainline(id: string): string | undefined {
  const match = /^([A-Z])(\d{1,3})-(\d{1,3})-(\d{1,3})-/.exec(id)
  const name = letters[match?.[1] ?? '']
  return match === null || name === undefined ? undefined : `${name} ${match.slice(2).join('.')}`
}

function fromShadow(id: string): string | undefined {
  const match = /^([A-Z])([0-9A-Za-z]{3})(?:--|..---)/.exec(id)
  const name = letters[match?.[1] ?? '']
  return match === null || name === undefined ? undefined : `${name} ${azureusVersion(match[2]!)}`
}

/** Characters that would disturb a line of text. */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** What a peer says its program is, safe to show on one line. */
export function cleanClient(name: string): string | undefined {
  const clean = name.replace(unprintable, '').trim().slice(0, 64)
  return clean === '' ? undefined : clean
}
