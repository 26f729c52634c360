import type { AdcLine } from './adc-line.ts'
import { named } from './adc-line.ts'
import { fromTiger, tigerText } from './cid.ts'
import type { FoundItem } from './found.ts'
import type { Question } from './question.ts'
import { extensionsOf } from './extensions.ts'

/** Words of a question that are looked at; more cost everybody and find nothing. */
const mostTerms = 32
const mostWordLength = 256

/** The words of `SCH` (ADC 1.0, 5.3.7). */
export function searchWords(question: Question, token: string): string[] {
  const to = `TO${token}`
  if (question.tth !== undefined) return [`TR${tigerText(question.tth)}`, to]
  const { kind, minimumSize, maximumSize } = question
  const exact = minimumSize !== undefined && minimumSize === maximumSize
  const sizes = exact
    ? [`EQ${minimumSize}`]
    : [
        ...(minimumSize === undefined ? [] : [`GE${minimumSize}`]),
        ...(maximumSize === undefined ? [] : [`LE${maximumSize}`]),
      ]
  const extensions =
    question.extensions.length > 0 || kind === undefined || kind === 'folder' ? question.extensions : extensionsOf[kind]
  return [
    ...question.words.map((word) => `AN${word}`),
    ...question.without.map((word) => `NO${word}`),
    ...sizes,
    ...extensions.map((extension) => `EX${extension}`),
    ...(kind === 'folder' ? ['TY2'] : kind === undefined && extensions.length === 0 ? [] : ['TY1']),
    to,
  ]
}

/** Undefined for a question that has no term we know: it must not be answered with everything. */
export function readSearch(line: Pick<AdcLine, 'words'>): { question: Question; token: string } | undefined {
  const token = named(line, 'TO') ?? ''
  const root = named(line, 'TR')
  if (root !== undefined) {
    const tth = fromTiger(root)
    return tth === undefined ? undefined : { question: { words: [], without: [], extensions: [], tth }, token }
  }
  const all = (name: string): string[] =>
    line.words
      .filter((word) => word.startsWith(name) && word.length > 2 && word.length <= mostWordLength)
      .map((word) => word.slice(2))
      .slice(0, mostTerms)
  const size = (name: string): number | undefined => numberIn(named(line, name))
  const exact = size('EQ')
  const minimumSize = exact ?? size('GE')
  const maximumSize = exact ?? size('LE')
  const [words, extensions] = [all('AN'), all('EX')]
  if (words.length === 0 && extensions.length === 0) return undefined
  return {
    question: {
      words,
      without: all('NO'),
      extensions: extensions.map((extension) => extension.toLowerCase()),
      ...(minimumSize === undefined ? {} : { minimumSize }),
      ...(maximumSize === undefined ? {} : { maximumSize }),
      ...(named(line, 'TY') === '2' ? { kind: 'folder' as const } : {}),
    },
    token,
  }
}

/** The words of `RES` (ADC 1.0, 5.3.8). */
export function resultWords(item: FoundItem, token: string): string[] {
  return [
    `FN/${item.path.join('/')}${item.folder ? '/' : ''}`,
    `SI${item.size ?? 0}`,
    `SL${item.freeSlots}`,
    ...(item.tth === undefined ? [] : [`TR${tigerText(item.tth)}`]),
    ...(token === '' ? [] : [`TO${token}`]),
  ]
}

/** Undefined when it lacks what every result has. */
export function readResult(line: Pick<AdcLine, 'words'>): { item: FoundItem; token: string } | undefined {
  const name = named(line, 'FN')
  if (name === undefined) return undefined
  const path = name.split('/').filter((part) => part !== '')
  const root = named(line, 'TR')
  const tth = root === undefined ? undefined : fromTiger(root)
  const folder = name.endsWith('/')
  if (path.length === 0 || (!folder && tth === undefined)) return undefined
  const said = numberIn(named(line, 'SI'))
  // Few count what is in a folder.
  const size = folder && said === 0 ? undefined : said
  return {
    item: { path, folder, size, freeSlots: numberIn(named(line, 'SL')) ?? 0, tth },
    token: named(line, 'TO') ?? '',
  }
}

/** A count, or undefined for what is none. */
export function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
