import { strictText } from '@kith/wire/bytes.ts'
import { broken } from '@kith/wire/fault.ts'

/** Hubs send long ones: descriptions, filters, results with long paths; nobody needs more. */
export const mostLineBytes: number = 256 * 1024

/**
 * Who a line is from and whom it is for (ADC 1.0, 5.2): `B` all, `C` the other client, `D` one user, `E` one user with
 * an echo, `F` users with features, `H` the hub, `I` from the hub, `U` a datagram.
 */
export type AdcHead =
  | { readonly type: 'B'; readonly from: string }
  | { readonly type: 'C' | 'H' | 'I' }
  | { readonly type: 'D' | 'E'; readonly from: string; readonly to: string }
  | { readonly type: 'F'; readonly from: string; readonly features: readonly string[] }
  | { readonly type: 'U'; readonly cid: string }

/** One line. `words` are what follows the head, unescaped, the positional ones first. */
export type AdcLine = AdcHead & {
  /** Three letters. */
  readonly command: string
  readonly words: readonly string[]
}

const sid = /^[A-Z2-7]{4}$/
const feature = /^[+-][A-Z][A-Z0-9]{3}$/

/** Reads a line without its end. @throws FaultError `directconnect/adc-line` */
export function parseAdc(bytes: Uint8Array): AdcLine {
  const text = strictText(bytes)
  if (text === undefined) throw bad('is not UTF-8')
  const [first = '', ...rest] = text.split(' ')
  if (!/^[BCDEFHIU][A-Z][A-Z0-9]{2}$/.test(first)) throw bad('has no command')
  const type = first[0] as AdcHead['type']
  const command = first.slice(1)
  const words = (from: number): string[] => rest.slice(from).map(unescape)
  switch (type) {
    case 'C':
    case 'H':
    case 'I':
      return { type, command, words: words(0) }
    case 'B':
      return { type, command, from: sidIn(rest[0]), words: words(1) }
    case 'D':
    case 'E':
      return { type, command, from: sidIn(rest[0]), to: sidIn(rest[1]), words: words(2) }
    case 'F': {
      const features = rest[1]?.match(/[+-][^+-]*/g) ?? []
      if (features.join('') !== rest[1] || !features.every((word) => feature.test(word))) throw bad('names no features')
      return { type, command, from: sidIn(rest[0]), features, words: words(2) }
    }
    case 'U': {
      const cid = rest[0] ?? ''
      if (!/^[A-Z2-7]{39}$/.test(cid)) throw bad('names no client')
      return { type, command, cid, words: words(1) }
    }
  }
}

/** The line with its end. */
export function formatAdc(line: AdcLine): string {
  return `${[`${line.type}${line.command}`, ...headOf(line), ...line.words.map(escapeAdc)].join(' ')}\n`
}

function headOf(line: AdcLine): readonly string[] {
  switch (line.type) {
    case 'C':
    case 'H':
    case 'I':
      return []
    case 'B':
      return [line.from]
    case 'D':
    case 'E':
      return [line.from, line.to]
    case 'F':
      return [line.from, line.features.join('')]
    case 'U':
      return [line.cid]
  }
}

/** The value of the first word that begins with two letters, among those from `from` on. */
export function named(line: Pick<AdcLine, 'words'>, name: string, from = 0): string | undefined {
  for (let at = from; at < line.words.length; at++)
    if (line.words[at]!.startsWith(name)) return line.words[at]!.slice(2)
  return undefined
}

function sidIn(text: string | undefined): string {
  if (text === undefined || !sid.test(text)) throw bad('names no session')
  return text
}

/** A value as it stands in a line. */
export function escapeAdc(text: string): string {
  return text.replace(/[\\ \n]/g, (one) => (one === ' ' ? '\\s' : one === '\n' ? '\\n' : '\\\\'))
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\(.?)/gs, (_, one: string) => {
    if (one === 's') return ' '
    if (one === 'n') return '\n'
    if (one === '\\') return '\\'
    throw bad('has an escape that means nothing')
  })
}

function bad(what: string): Error {
  return broken('directconnect/adc-line', `A line ${what}`)
}
