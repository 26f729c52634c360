import type { UserEvent } from '../talk/user-event.ts'
import { formatAdc } from '../wire/adc-line.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import type { Guest } from './guest.ts'
import type { Floor } from './floor.ts'

type Of<Kind extends UserEvent['kind']> = UserEvent & { readonly kind: Kind }

/** Answers to a question come within seconds; later ones are nobody's answers. */
const answerMs = 60_000

/** Passes on what one user has for another, or for those who can answer; between the protocols in the words of each. */
export function route(
  hub: Floor,
  guest: Guest,
  event: Of<'private'> | Of<'question'> | Of<'result'> | Of<'meeting'> | Of<'passed'>,
): void {
  switch (event.kind) {
    case 'private':
      return toOne(hub, guest, event, (to) => hub.dialects[to.protocol].private(guest, to, event.text))
    case 'question':
      return ask(hub, guest, event)
    case 'result':
      return answer(hub, guest, event)
    case 'meeting':
      return meet(hub, guest, event)
    case 'passed':
      return pass(hub, guest, event)
  }
}

function toOne(
  hub: Floor,
  guest: Guest,
  { to, native }: { readonly to: string; readonly native: Uint8Array },
  translated: (to: Guest) => Uint8Array | undefined,
): void {
  const found = hub.people.find(guest.protocol, to)
  if (found === undefined) return
  const bytes = found.protocol === guest.protocol ? native : translated(found)
  if (bytes !== undefined) hub.tell(found, bytes)
  // In ADC an echo is how the sender knows that it was said.
  if (guest.protocol === 'adc' && native[0] === echo && found !== guest) hub.tell(guest, native)
}
const echo = 'E'.charCodeAt(0)

function ask(hub: Floor, guest: Guest, { asked, native, to, features }: Of<'question'>): void {
  guest.askedAt = hub.now
  guest.token = asked?.token ?? ''
  if (to !== undefined) return toOne(hub, guest, { to, native }, () => undefined)
  let translated: Uint8Array | undefined
  for (const other of hub.people.online) {
    // Who shares nothing has no answer, and who does not keep up has no time for it.
    if (other === guest || other.shared === 0 || other.busy) continue
    if (features !== undefined && !suits(other, features)) continue
    if (other.protocol === guest.protocol) hub.tell(other, native)
    else if (asked !== undefined) hub.tell(other, (translated ??= hub.dialects[other.protocol].question(guest, asked)))
  }
}

function answer(hub: Floor, guest: Guest, event: Of<'result'>): void {
  const to = hub.people.find(guest.protocol, event.to)
  if (to === undefined || hub.now - to.askedAt > answerMs || to.busy) return
  const { item } = event
  toOne(hub, guest, event, () => item && hub.dialects[to.protocol].result(guest, to, item))
}

/** Files go between clients of one protocol only: whoever wants them from the other one is told so. */
function meet(hub: Floor, guest: Guest, event: Of<'meeting'>): void {
  const to = hub.people.find(guest.protocol, event.to)
  if (to === undefined || to === guest) return
  if (to.protocol === guest.protocol) return hub.tell(to, event.native)
  const text = `${to.nick} is here with ${to.protocol === 'adc' ? 'ADC' : 'NMDC'}: files go between clients of the same protocol only`
  if (guest.protocol === 'nmdc') {
    if (guest.floods.tell(hub.now)) hub.voice(guest, text)
    return
  }
  const words = ['141', text, `TO${event.token}`, `PR${event.protocol}`]
  hub.tell(guest, utf8(formatAdc({ type: 'D', command: 'STA', from: to.session, to: guest.session, words })))
}

function pass(hub: Floor, guest: Guest, { to, features, native }: Of<'passed'>): void {
  if (to !== undefined) return toOne(hub, guest, { to, native }, () => undefined)
  if (features === undefined) return
  for (const other of hub.people.online) {
    if (other !== guest && other.protocol === guest.protocol && !other.busy && suits(other, features))
      hub.tell(other, native)
  }
}

/** Whether somebody has all features with a plus and none with a minus (ADC 1.0, 5.2). */
function suits(guest: Guest, features: readonly string[]): boolean {
  const own = guest.features
  return features.every((feature) => own.includes(feature.slice(1)) === feature.startsWith('+'))
}
