import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Receiver } from '@kith/core/network/net.ts'
import { lossyText, utf8 } from '@kith/wire/bytes.ts'
import type { Hub } from '../hubs/hub.ts'
import type { Ask } from '../wire/ask.ts'
import type { Party } from './party.ts'
import type { ReceptionWorld } from './reception.ts'
import { Reception } from './reception.ts'

const clock: Clock = { now: () => 1_000_000, after: () => ({ [Symbol.dispose]() {} }) }
const cid = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'
const other = 'VK54ZIEEVTWNAUI5D5RDFIL37LX2IQNSTAXFKSA'
const keyprint = new Uint8Array(32).fill(7)

/** Somebody who dials us, with what he shows of himself in TLS. */
class Caller {
  said = ''
  closed = false
  #receiver: Receiver | undefined
  readonly connection: Connection

  constructor(fingerprint?: Uint8Array) {
    this.connection = {
      remote: { host: '192.0.2.9', port: 9 },
      pending: 0,
      secured: fingerprint === undefined ? undefined : { fingerprint },
      open: (receiver: Receiver) => void (this.#receiver = receiver),
      send: (bytes: Uint8Array, sent?: () => void) => {
        this.said += lossyText(bytes)
        sent?.()
      },
      close: () => void (this.closed = true),
    } as unknown as Connection
  }

  tell(text: string): void {
    this.#receiver?.receive(utf8(text))
  }

  hangUp(): void {
    this.#receiver?.ended()
  }
}

function place(more: Partial<ReceptionWorld> = {}): { reception: Reception; asked: Ask[]; hub: Hub } {
  const asked: Ask[] = []
  const host = {
    clock,
    random: { number: () => 0, bytes: (length: number) => new Uint8Array(length) },
    log: { debug: () => {} },
    net: {},
  }
  const reception = new Reception({
    host: host as unknown as Host,
    cid,
    program: 'Kith-0.1.0',
    encryption: 'offered',
    port: () => 1,
    asked: (_conversation, ask) => void asked.push(ask),
    ended: () => {},
    ...more,
  })
  const hub = { address: { protocol: 'adc' }, talk: { meet: () => {}, id: 'US' }, flush: () => {} } as unknown as Hub
  return { reception, asked, hub }
}

const hello = (id: string, token: string): string =>
  `CSUP ADBASE ADTIGR\nCINF ID${id} TO${token}\nCGET file files.xml.bz2 0 -1\n`

test('who was asked to come, and comes as who he is, is asked what he wants', () => {
  const { reception, asked, hub } = place()
  using _reception = reception
  const user = { id: 'AAAB', nick: 'ada', cid: other } as never
  reception.invited({ hub, user }, { token: 'tok', tls: false })
  const caller = new Caller()
  reception.accept(caller.connection, utf8('CSUP '))
  caller.tell(hello(other, 'tok'))
  assert.deepEqual([caller.closed, asked.map(({ name }) => name)], [false, ['files.xml.bz2']])
})

test('who was not expected, or is not who he should be, or shows another key, or none, gets nothing', () => {
  const user = { id: 'AAAB', nick: 'ada', cid: other, keyprint, tls: true } as never
  for (const [what, id, token, shown, encryption] of [
    ['another meeting', other, 'guess', undefined, 'offered'],
    ['no meeting', other, '', undefined, 'offered'],
    ['somebody else', cid, 'tok', undefined, 'offered'],
    ['another key', other, 'tok', new Uint8Array(32), 'offered'],
    ['no TLS where it is required', other, 'tok', undefined, 'required'],
  ] as const) {
    const { reception, asked, hub } = place({ encryption })
    using _reception = reception
    reception.invited({ hub, user }, { token: 'tok', tls: true })
    const caller = new Caller(shown)
    reception.accept(caller.connection, utf8('CSUP '))
    caller.tell(hello(id, token))
    assert.ok(caller.closed, what)
    assert.deepEqual(asked, [], what)
    assert.doesNotMatch(caller.said, /SND/)
  }
})

test('in NMDC too, only who was expected is told who we are', () => {
  const { reception, asked } = place()
  using _reception = reception
  const hub = {
    address: { protocol: 'nmdc', host: 'hub', port: 411, tls: false },
    talk: { meet: () => {}, id: 'us' },
    flush: () => {},
  } as unknown as Hub
  reception.invited({ hub, user: { id: 'ada', nick: 'ada' } as never }, { token: '', tls: false })
  const stranger = new Caller()
  reception.accept(stranger.connection, utf8('$MyNick '))
  stranger.tell('$MyNick eve|$Lock EXTENDEDPROTOCOLx Pk=y|')
  assert.ok(stranger.closed)
  assert.equal(stranger.said, '')
  const ada = new Caller()
  reception.accept(ada.connection, utf8('$MyNick '))
  ada.tell('$MyNick ada|$Lock EXTENDEDPROTOCOLx Pk=y|$Supports ADCGet|$Direction Download 5|$Key z|')
  ada.tell('$ADCGET file files.xml.bz2 0 -1|')
  assert.match(ada.said, /^\$MyNick us\|/)
  assert.equal(asked.length, 1)
})

const nmdcHello = (nick: string): string => `$MyNick ${nick}|$Lock EXTENDEDPROTOCOLx Pk=y|`
const nmdcRest = (direction: string): string => `$Supports ADCGet|$Direction ${direction}|$Key z|`

/** An NMDC hub with Ada, whom we ask to come. */
function withAda(): { reception: Reception; asked: Ask[]; party: Party; come(): Caller } {
  const { reception, asked } = place()
  const user = { id: 'ada', nick: 'ada' }
  const hub = {
    address: { protocol: 'nmdc', host: 'hub', port: 411, tls: false },
    talk: { meet: () => {}, id: 'us' },
    user: () => user,
    flush: () => {},
  } as unknown as Hub
  return {
    reception,
    asked,
    party: { hub, user: user as never },
    come() {
      const caller = new Caller()
      reception.accept(caller.connection, utf8('$MyNick '))
      caller.tell(nmdcHello('ada'))
      return caller
    },
  }
}

const never = new AbortController().signal

test('who comes twice and hangs up once is there: others let us have one connection', async () => {
  const { reception, party, come } = withAda()
  using _reception = reception
  const coming = reception.connect(party, never)
  const [one, other] = [come(), come()]
  other.hangUp()
  one.tell(nmdcRest('Upload 0'))
  assert.equal((await coming).party, party)
  assert.equal(one.closed, false)
})

test('whoever hangs up is not waited for', async () => {
  const { reception, party, come } = withAda()
  using _reception = reception
  const coming = reception.connect(party, never)
  come().hangUp()
  await assert.rejects(coming, /ada has hung up at once/)
})

test('a user who comes when nobody wants anything any more is not kept, as he lets us come only once', async () => {
  const { reception, party, come } = withAda()
  using _reception = reception
  const stop = new AbortController()
  const coming = reception.connect(party, stop.signal)
  const ada = come()
  stop.abort(new Error('Nothing is wanted'))
  await assert.rejects(coming, /Nothing is wanted/)
  ada.tell(nmdcRest('Upload 0'))
  assert.ok(ada.closed)
})

test('who is drawn to take first takes, and we know at once that we have to come again', async () => {
  const { reception, party, asked, come } = withAda()
  using _reception = reception
  const coming = reception.connect(party, never)
  const ada = come()
  ada.tell(nmdcRest('Download 32767'))
  await assert.rejects(coming, /ada takes from us first/)
  ada.tell('$ADCGET file files.xml.bz2 0 -1|')
  assert.deepEqual([ada.closed, asked.length], [false, 1])

  const again = reception.connect(party, never)
  const second = come()
  second.tell(nmdcRest('Upload 0'))
  assert.equal((await again).party, party)
})

test('a user who wants something of us while we wait for him is still the one we wait for', async () => {
  const { reception, party, come } = withAda()
  using _reception = reception
  const coming = reception.connect(party, never)
  reception.invited(party, { token: '', tls: false })
  come().tell(nmdcRest('Upload 0'))
  assert.equal((await coming).party, party)
})
