import { fromLatin1, latin1, utf8 } from '@kith/wire/bytes.ts'
import { numberIn } from '../wire/adc-search.ts'
import { formatAction, formatChat, formatPrivate } from '../wire/nmdc-chat.ts'
import { formatProfile } from '../wire/nmdc-profile.ts'
import { formatResult, searchText } from '../wire/nmdc-search.ts'
import type { NmdcText } from '../wire/nmdc-text.ts'
import { escapeNmdc } from '../wire/nmdc-text.ts'
import type { Dialect } from './dialect.ts'

/** Our hub writes nothing but UTF-8. */
const text: NmdcText = { read: (raw) => raw, write: (of) => latin1(utf8(of)) }

/** `voice` is what the hub speaks as, `name` what results name, and `address` where results say that it is. */
export function nmdcDialect(hub: { readonly voice: string; readonly name: string; readonly address: string }): Dialect {
  return {
    user: (of) => of.native ?? utf8(formatProfile(of.nick, of.fields)),
    changed: (of) => of.native ?? utf8(formatProfile(of.nick, of.fields)),
    left: (of) => utf8(`$Quit ${of.nick}|`),
    chat: (from, said, me) => utf8(formatChat(from.nick, escapeNmdc(formatAction(said, me)))),
    voice: (said) => utf8(formatChat(hub.voice, escapeNmdc(said))),
    private: (from, to, said) => utf8(formatPrivate(from.nick, to.nick, escapeNmdc(said))),
    // Who asks in ADC is answered over the hub: datagrams of the two protocols are not the same.
    question: (from, { question }) =>
      fromLatin1(`$Search Hub:${text.write(from.nick)} ${searchText(question, text)}|`)!,
    result(from, _to, item) {
      const slots = numberIn(from.fields.get('SL')) ?? 0
      const frame = { nick: text.write(from.nick), slots, hubName: hub.name, hub: hub.address }
      return fromLatin1(formatResult(item, frame, text))!
    },
    offer({ path, aboutSomebody, words }) {
      const said = words.map((word) =>
        typeof word === 'string' ? escapeNmdc(word) : 'ask' in word ? `%[line:${word.ask}]` : '%[nick]',
      )
      const line = `<%[mynick]> ${said.join(' ')}&#124;`
      return utf8(`$UserCommand 1 ${aboutSomebody ? 2 : 1} ${path.join('\\')}$${line}|`)
    },
    title: (name, topic) => utf8(`$HubName ${escapeNmdc(name)}|$HubTopic ${escapeNmdc(topic)}|`),
  }
}
