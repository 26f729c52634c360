import { utf8 } from '@kith/wire/bytes.ts'
import type { AdcLine } from '../wire/adc-line.ts'
import { escapeAdc, formatAdc } from '../wire/adc-line.ts'
import { resultWords, searchWords } from '../wire/adc-search.ts'
import type { Dialect } from './dialect.ts'
import type { Guest } from './guest.ts'

/** What would have users of ADC send to those of NMDC by themselves: all between the two goes over the hub. */
const reach: ReadonlySet<string> = new Set(['I4', 'I6', 'U4', 'U6', 'SU', 'KP'])

export const adcDialect: Dialect = {
  user: (of) => info(of, words(of)),
  changed: (of, changes) => info(of, of.protocol === 'adc' ? changes : [...words(of), ...gone(of)]),
  left(of, why) {
    const by = why?.by === undefined ? [] : [`ID${why.by.session}`]
    return line({
      type: 'I',
      command: 'QUI',
      words: [of.session, ...by, ...(why === undefined ? [] : [`MS${why.text}`])],
    })
  },
  chat: (from, text, me) => line({ type: 'B', command: 'MSG', from: from.session, words: me ? [text, 'ME1'] : [text] }),
  voice: (text) => line({ type: 'I', command: 'MSG', words: [text] }),
  private: (from, to, text) =>
    line({ type: 'D', command: 'MSG', from: from.session, to: to.session, words: [text, `PM${from.session}`] }),
  question: (from, { question, token }) =>
    line({ type: 'B', command: 'SCH', from: from.session, words: searchWords(question, token) }),
  result: (from, to, item) =>
    line({ type: 'D', command: 'RES', from: from.session, to: to.session, words: resultWords(item, to.token) }),
  offer({ path, aboutSomebody, words }) {
    const said = words.map((word) =>
      typeof word === 'string' ? escapeAdc(word) : 'ask' in word ? `%[line:${word.ask}]` : '%[userNI]',
    )
    const text = `BMSG %[mySID] ${said.join('\\s')}\n`
    return line({ type: 'I', command: 'CMD', words: [path.join('/'), `CT${aboutSomebody ? 2 : 1}`, `TT${text}`] })
  },
  title: (name, topic) => line({ type: 'I', command: 'INF', words: [`NI${name}`, `DE${topic}`] }),
}

function words(of: Guest): readonly string[] {
  const fields = [...of.fields].filter(([name]) => of.protocol === 'adc' || !reach.has(name))
  return fields.map(([name, value]) => name + value)
}

/** What users of NMDC say anew each time, and may leave out. */
function gone(of: Guest): readonly string[] {
  return ['DE', 'EM', 'AW'].filter((name) => !of.fields.has(name))
}

function info(of: Guest, said: readonly string[]): Uint8Array {
  return line({ type: 'B', command: 'INF', from: of.session, words: said })
}

function line(of: AdcLine): Uint8Array {
  return utf8(formatAdc(of))
}
