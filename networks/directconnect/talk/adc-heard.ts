import type { Fault } from '@kith/core/fault/fault.ts'
import { readAdcCommand } from '../wire/adc-command.ts'
import type { AdcLine } from '../wire/adc-line.ts'
import { named } from '../wire/adc-line.ts'
import type { AdcMeeting, AdcMeetingCommand } from '../wire/adc-meeting.ts'
import { numberIn, readResult, readSearch } from '../wire/adc-search.ts'
import type { HubUser } from '../wire/hub-user.ts'
import type { HubEvent } from './hub-event.ts'

// What a line of an ADC hub says to us, once we are there. Undefined for one that says nothing, or is not for us; `own` is
// what the hub calls us.

/** Chat of all, or the private words of somebody. */
export function heardMessage(line: AdcLine, own: string | undefined): HubEvent | undefined {
  const text = line.words[0] ?? ''
  const me = named(line, 'ME', 1) === '1'
  if (!('from' in line)) return line.type === 'I' ? { kind: 'chat', from: undefined, text, me } : undefined
  const room = named(line, 'PM', 1)
  if (room === undefined) return { kind: 'chat', from: line.from, text, me }
  // An echo belongs to the talk with whom we wrote to.
  const other = line.from === own && (line.type === 'E' || line.type === 'D') ? line.to : room
  return { kind: 'private', from: line.from, room: other, text: me ? `/me ${text}` : text }
}

/** What somebody looks for, and how they are answered. */
export function heardQuestion(
  line: AdcLine,
  own: string | undefined,
  users: ReadonlyMap<string, HubUser>,
): HubEvent | undefined {
  if ((line.type !== 'B' && line.type !== 'F' && line.type !== 'D') || line.from === own) return undefined
  const asked = readSearch(line)
  const user = users.get(line.from)
  if (asked === undefined || user === undefined) return undefined
  const { question, token } = asked
  const { address, udpPort } = user
  const reply =
    user.active && address !== undefined && udpPort !== undefined
      ? { kind: 'datagram' as const, host: address, port: udpPort, token }
      : { kind: 'user' as const, id: line.from, token }
  return { kind: 'question', question, reply }
}

export function heardResult(line: AdcLine): HubEvent | undefined {
  if (line.type !== 'D' && line.type !== 'E') return undefined
  const result = readResult(line)
  return result === undefined ? undefined : { kind: 'found', from: line.from, ...result }
}

/** Somebody waits for us, wants us to wait, or to meet half way. */
export function heardMeeting(command: AdcMeetingCommand, from: string, { port, ...meeting }: AdcMeeting): HubEvent {
  if (port === undefined) return { kind: 'invite', from, meeting }
  if (command === 'CTM') return { kind: 'meet', from, port, meeting }
  return { kind: 'traverse', from, port, meeting, first: command === 'NAT' }
}

export function heardCommand(line: AdcLine): HubEvent | undefined {
  const command = line.type === 'I' ? readAdcCommand(line.words) : undefined
  return command === undefined ? undefined : { kind: 'command', command }
}

/** Why the hub has ended it, by the `QUI` that is for us. */
export function sentAway(line: AdcLine, now: number): Fault {
  const address = named(line, 'RD', 1)
  const message = named(line, 'MS', 1)
  return {
    kind: 'unavailable',
    code: address === undefined ? 'directconnect/kicked' : 'directconnect/redirected',
    message: message ?? (address === undefined ? 'The hub has sent us away' : 'The hub has sent us elsewhere'),
    ...comeAgain(line, now),
  }
}

/** When we may come again, where the hub says so. */
export function comeAgain(line: AdcLine, now: number): { readonly retryAt?: number } {
  const seconds = numberIn(named(line, 'TL', 1))
  return seconds === undefined ? {} : { retryAt: now + seconds * 1000 }
}
