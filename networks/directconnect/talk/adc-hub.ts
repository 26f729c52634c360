import { FaultError } from '@kith/core/fault/fault.ts'
import type { Output } from '@kith/core/network/machine.ts'
import { concat, fromBase32, utf8 } from '@kith/wire/bytes.ts'
import { attempt, broken } from '@kith/wire/fault.ts'
import { fieldsOf, updateFields } from '../wire/adc-info.ts'
import type { AdcLine } from '../wire/adc-line.ts'
import { formatAdc, mostLineBytes, named, parseAdc } from '../wire/adc-line.ts'
import type { AdcMeeting, AdcMeetingCommand } from '../wire/adc-meeting.ts'
import { meetingWords, readAdcMeeting } from '../wire/adc-meeting.ts'
import { readResult, resultWords, searchWords } from '../wire/adc-search.ts'
import { refusal } from '../wire/adc-status.ts'
import { tigerText } from '../wire/cid.ts'
import type { FoundItem } from '../wire/found.ts'
import type { Question } from '../wire/question.ts'
import type { HubSelf, HubUser } from '../wire/hub-user.ts'
import {
  comeAgain,
  heardCommand,
  heardMeeting,
  heardMessage,
  heardQuestion,
  heardResult,
  sentAway,
} from './adc-heard.ts'
import { AdcUserList } from './adc-user-list.ts'
import type { HubEvent, HubTalk, Meeting } from './hub-event.ts'
import { keepAliveMs, loginMs, notLetIn, passwordNeeded } from './hub-limits.ts'
import { LineStream } from './line-stream.ts'

export interface AdcHubOptions {
  readonly self: HubSelf
  /** 24 bytes each. */
  readonly privateId: Uint8Array
  readonly publicId: Uint8Array
  /** Whether the hub was reached by IPv6. */
  readonly v6: boolean
  readonly now: number
  tiger(bytes: Uint8Array): Uint8Array
}

type State = 'protocol' | 'identify' | 'normal'

/**
 * Our side of an ADC hub (ADC 1.0, 4).
 *
 * ```
 *            SUP, SID → INF          GPA → PAS
 *   protocol ─────────────► identify ─────────┐
 *                             │  ▲────────────┘
 *                             │ our own INF came back
 *                             ▼
 *                           normal
 * ```
 */
export class AdcHub implements HubTalk {
  id: string | undefined
  readonly #list = new AdcUserList()
  /** What the hub says of itself. */
  readonly #hub = new Map<string, string>()
  readonly #options: AdcHubOptions
  readonly #stream: LineStream<HubEvent>
  /** What we said of ourselves last. */
  #told = new Map<string, string>()
  #self: HubSelf
  #state: State = 'protocol'
  #now: number
  #deadline: number

  constructor(options: AdcHubOptions) {
    this.#options = options
    this.#self = options.self
    this.#now = options.now
    this.#deadline = options.now + loginMs
    this.#stream = new LineStream(0x0a, mostLineBytes, { line: (bytes) => this.#line(bytes) })
    this.#send({ type: 'H', command: 'SUP', words: ['ADBASE', 'ADBAS0', 'ADTIGR', 'ADUCM0', 'ADUCMD', 'ADZLIF'] })
  }

  get users(): ReadonlyMap<string, HubUser> {
    return this.#list.users
  }

  get online(): boolean {
    return this.#state === 'normal'
  }

  get deadline(): number | undefined {
    return this.#stream.closed ? undefined : this.#deadline
  }

  receive(bytes: Uint8Array, now: number): void {
    if (this.#stream.closed) return
    this.#now = now
    if (this.#state === 'normal') this.#deadline = now + keepAliveMs
    this.#stream.receive(bytes)
  }

  tick(now: number): void {
    if (now < this.#deadline) return
    if (this.#state !== 'normal') return this.#stream.close(notLetIn)
    this.#stream.send(utf8('\n'))
    this.#deadline = now + keepAliveMs
  }

  poll(): Output<HubEvent> | undefined {
    return this.#stream.poll()
  }

  // What we do

  present(self: HubSelf): void {
    this.#self = self
    if (this.#state === 'normal') this.#inform()
  }

  say(text: string, me = false): void {
    if (this.id !== undefined)
      this.#send({ type: 'B', command: 'MSG', from: this.id, words: [text, ...(me ? ['ME1'] : [])] })
  }

  tell(to: string, text: string): void {
    const from = this.id
    if (from !== undefined) this.#send({ type: 'E', command: 'MSG', from, to, words: [text, `PM${from}`] })
  }

  ask(question: Question, token: string): void {
    const from = this.id
    if (from === undefined) return
    const words = searchWords(question, token)
    if (this.#self.active) return this.#send({ type: 'B', command: 'SCH', from, words })
    // Who cannot be dialled gets nothing from others who cannot, unless they meet half way.
    const family = this.#options.v6 ? 'TCP6' : 'TCP4'
    for (const features of [[`+${family}`], ['+NAT0', `-${family}`]])
      this.#send({ type: 'F', command: 'SCH', from, features, words })
  }

  answer(to: string, token: string, items: readonly FoundItem[]): void {
    const from = this.id
    if (from === undefined) return
    for (const item of items) this.#send({ type: 'D', command: 'RES', from, to, words: resultWords(item, token) })
  }

  result(item: FoundItem, token: string): Uint8Array {
    const cid = tigerText(this.#options.publicId)
    return utf8(formatAdc({ type: 'U', command: 'RES', cid, words: resultWords(item, token) }))
  }

  datagram(bytes: Uint8Array): boolean {
    const end = bytes.indexOf(0x0a)
    const line = attempt(() => parseAdc(end < 0 ? bytes : bytes.subarray(0, end)))
    if (!line.ok || line.value.type !== 'U' || line.value.command !== 'RES') return false
    const from = this.#list.session(line.value.cid)
    const result = readResult(line.value)
    if (from === undefined || result === undefined) return false
    this.#stream.event({ kind: 'found', from, ...result })
    return true
  }

  meet(to: string, meeting: Meeting, port: number): void {
    this.#come('CTM', to, { ...meeting, port })
  }

  invite(to: string, meeting: Meeting): void {
    this.#come('RCM', to, meeting)
  }

  traverse(to: string, meeting: Meeting, port: number, first: boolean): void {
    this.#come(first ? 'NAT' : 'RNT', to, { ...meeting, port })
  }

  #come(command: AdcMeetingCommand, to: string, meeting: AdcMeeting): void {
    const from = this.id
    if (from !== undefined) this.#send({ type: 'D', command, from, to, words: meetingWords(meeting) })
  }

  raw(text: string): void {
    this.#stream.send(utf8(text.endsWith('\n') ? text : `${text}\n`))
  }

  // What comes

  #line(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#stream.closed) return
    let line: AdcLine
    try {
      line = parseAdc(bytes)
    } catch (error) {
      // One line that is not understood is the fault of some user, and hubs pass all on.
      if (error instanceof FaultError && this.#state === 'normal') return
      throw error
    }
    switch (line.command) {
      case 'SUP':
        if (this.#state === 'protocol' && !line.words.some((word) => word === 'ADBASE' || word === 'ADBAS0'))
          throw broken('directconnect/no-common-protocol', 'The hub does not speak the base protocol')
        return
      case 'SID':
        return this.#named(line)
      case 'INF':
        return this.#info(line)
      case 'GPA':
        return this.#password(line)
      case 'STA':
        return this.#status(line)
      case 'QUI':
        return this.#quit(line)
      case 'MSG':
        return this.#hear(heardMessage(line, this.id))
      case 'SCH':
        return this.#hear(heardQuestion(line, this.id, this.#list.users))
      case 'RES':
        return this.#hear(heardResult(line))
      case 'CTM':
      case 'RCM':
      case 'NAT':
      case 'RNT':
        return this.#meeting(line.command, line)
      case 'CMD':
        return this.#hear(heardCommand(line))
      case 'ZON':
        if (line.type === 'I') this.#stream.input.expectPackedLines()
        return
    }
  }

  #named(line: AdcLine): void {
    const id = line.words[0]
    if (this.#state !== 'protocol' || line.type !== 'I' || id === undefined || !/^[A-Z2-7]{4}$/.test(id)) return
    this.id = id
    this.#state = 'identify'
    this.#told = new Map()
    this.#inform()
  }

  /** Says what is new of us; at first everything. */
  #inform(): void {
    const fields = fieldsOf(this.#self, this.#options.v6)
    const words: string[] = []
    for (const [name, value] of fields) {
      if ((this.#told.get(name) ?? '') !== value) words.push(name + value)
    }
    if (words.length === 0) return
    const { privateId, publicId } = this.#options
    const identity = this.#state === 'identify' ? [`ID${tigerText(publicId)}`, `PD${tigerText(privateId)}`] : []
    this.#told = fields
    this.#send({ type: 'B', command: 'INF', from: this.id!, words: [...identity, ...words] })
  }

  #info(line: AdcLine): void {
    if (line.type === 'I') {
      updateFields(this.#hub, line.words)
      this.#stream.event({ kind: 'title', name: this.#hub.get('NI') ?? '', description: this.#hub.get('DE') ?? '' })
      return
    }
    if (line.type !== 'B') return
    const told = this.#list.update(line.from, line.words)
    if (told === undefined) return
    this.#stream.event({ kind: 'user', ...told })
    if (line.from === this.id && this.#state === 'identify') {
      this.#state = 'normal'
      this.#stream.event({ kind: 'online' })
    }
  }

  #password(line: AdcLine): void {
    const salt = fromBase32(line.words[0] ?? '')
    const { password } = this.#self
    if (this.#state !== 'identify' || salt === undefined) return
    if (password === undefined) return this.#stream.close(passwordNeeded('adc'))
    this.#send({ type: 'H', command: 'PAS', words: [tigerText(this.#options.tiger(concat([utf8(password), salt])))] })
  }

  #status(line: AdcLine): void {
    const match = /^([012])(\d\d)$/.exec(line.words[0] ?? '')
    if (match === null) return
    const severity = Number(match[1]) as 0 | 1 | 2
    const code = Number(match[2])
    const text = line.words[1] ?? ''
    this.#stream.event({ kind: 'status', severity, code, text })
    if (severity === 2 && line.type === 'I')
      this.#stream.close({ ...refusal(code, text), ...comeAgain(line, this.#now) })
  }

  #quit(line: AdcLine): void {
    const id = line.words[0]
    if (id === undefined || line.type !== 'I') return
    if (id === this.id) {
      const address = named(line, 'RD', 1)
      if (address !== undefined) this.#stream.event({ kind: 'redirect', address })
      return this.#stream.close(sentAway(line, this.#now))
    }
    const user = this.#list.remove(id)
    if (user !== undefined) this.#stream.event({ kind: 'left', user })
  }

  #meeting(command: AdcMeetingCommand, line: AdcLine): void {
    if ((line.type !== 'D' && line.type !== 'E') || line.to !== this.id || line.from === this.id) return
    const { from, to } = line
    const read = readAdcMeeting(command, line)
    if (read === undefined) return
    if ('unknown' in read) {
      const words = ['141', 'Unknown protocol', `TO${read.token}`, `PR${read.unknown}`]
      return this.#send({ type: 'D', command: 'STA', from: to, to: from, words })
    }
    this.#hear(heardMeeting(command, from, read))
  }

  #hear(event: HubEvent | undefined): void {
    if (event !== undefined) this.#stream.event(event)
  }

  #send(line: AdcLine): void {
    this.#stream.send(utf8(formatAdc(line)))
  }
}
