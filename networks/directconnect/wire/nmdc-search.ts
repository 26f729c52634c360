import { fromTiger, tigerText } from './cid.ts'
import { numberIn } from './adc-search.ts'
import type { FoundItem } from './found.ts'
import type { NmdcText } from './nmdc-text.ts'
import { escapeNmdc, unescapeNmdc } from './nmdc-text.ts'
import type { Question, QuestionKind } from './question.ts'

/** Kinds by number (NMDC 5.5); 1 is anything and 9 a root. */
const kinds: readonly (QuestionKind | undefined)[] = [
  undefined,
  undefined,
  'audio',
  'archive',
  'document',
  'program',
  'image',
  'video',
  'folder',
]
const anything = 1
const root = 9
const mostWords = 32

/** What follows the address in `$Search`: `size?max?size?kind?words`. */
export function searchText(question: Question, text: NmdcText): string {
  if (question.tth !== undefined) return `F?T?0?${root}?TTH:${tigerText(question.tth)}`
  const { minimumSize, maximumSize, kind } = question
  // Only one bound can be asked for; the other is checked when results come.
  const size = minimumSize ?? maximumSize ?? 0
  const limited = minimumSize !== undefined || maximumSize !== undefined
  const most = minimumSize === undefined && maximumSize !== undefined
  const number = kind === undefined ? anything : kinds.indexOf(kind)
  // All words have to occur: of several endings any would do, which cannot be asked.
  const endings = question.extensions.length === 1 ? question.extensions : []
  const words = text.write(escapeNmdc([...question.words, ...endings].join(' '))).replaceAll(' ', '$')
  return `${limited ? 'T' : 'F'}?${most ? 'T' : 'F'}?${size}?${number}?${words}`
}

/** Undefined for a question that makes no sense, or has no word. */
export function readSearchText(raw: string, text: NmdcText): Question | undefined {
  const match = /^([TF])\?([TF])\?(\d{1,16})\?(\d{1,2})\?(.*)$/s.exec(raw)
  if (match === null) return undefined
  const kind = Number(match[4])
  const pattern = match[5]!
  if (kind === root) {
    const tth = pattern.startsWith('TTH:') ? fromTiger(pattern.slice(4)) : undefined
    return tth === undefined ? undefined : { words: [], without: [], extensions: [], tth }
  }
  const words = unescapeNmdc(text.read(pattern.replaceAll('$', ' ')))
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, mostWords)
  if (words.length === 0) return undefined
  const size = numberIn(match[3])
  const wanted = kinds[kind]
  return {
    words,
    without: [],
    extensions: [],
    ...(match[1] === 'T' && size !== undefined
      ? match[2] === 'T'
        ? { maximumSize: size }
        : { minimumSize: size }
      : {}),
    ...(wanted === undefined ? {} : { kind: wanted }),
  }
}

export interface ResultFrame {
  /** Ours, as the wire has it. */
  readonly nick: string
  readonly slots: number
  readonly hubName: string
  /** `host:port` */
  readonly hub: string
  /** Whom the hub shall pass it to; a datagram needs none. */
  readonly to?: string
}

/** `$SR` (NMDC 5.6). */
export function formatResult(item: FoundItem, frame: ResultFrame, text: NmdcText): string {
  const { nick, slots, hubName, hub, to } = frame
  const path = text.write(escapeNmdc(item.path.join('\\')))
  const free = `${item.freeSlots}/${slots}`
  const name = item.tth === undefined ? text.write(hubName) : `TTH:${tigerText(item.tth)}`
  const what = item.folder ? `${path} ${free}` : `${path}\x05${item.size ?? 0} ${free}`
  return `$SR ${nick} ${what}\x05${name} (${hub})${to === undefined ? '' : `\x05${to}`}|`
}

/** What follows `$SR `; undefined when it is none. `nick` is as the wire has it. */
export function readResultText(
  raw: string,
  text: NmdcText,
): { nick: string; item: FoundItem; hub: string } | undefined {
  const space = raw.indexOf(' ')
  const nick = raw.slice(0, space)
  const parts = raw.slice(space + 1).split('\x05')
  // The target that some hubs leave in.
  if (parts.length > 2 && !/\([^()]*\)$/.test(parts.at(-1)!)) parts.pop()
  const end = /^(?:TTH:([A-Z2-7]{39})|.*) \(([^()]*)\)$/is.exec(parts.at(-1) ?? '')
  if (space < 1 || end === null || parts.length < 2 || parts.length > 3) return undefined
  const slots = /^(.*?) ?(\d+)\/(\d+)$/s.exec(parts.at(-2)!)
  if (slots === null) return undefined
  const folder = parts.length === 2
  const path = unescapeNmdc(text.read(folder ? slots[1]! : parts[0]!))
    .split(/[\\/]/)
    .filter((name) => name !== '')
  const size = folder ? undefined : numberIn(slots[1])
  const tth = end[1] === undefined ? undefined : fromTiger(end[1])
  if (path.length === 0 || (!folder && size === undefined)) return undefined
  return { nick, item: { path, folder, size, freeSlots: numberIn(slots[2]) ?? 0, tth }, hub: end[2]! }
}
