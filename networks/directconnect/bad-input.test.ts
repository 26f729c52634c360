import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '@kith/core/network/clock.ts'
import { digestOf } from '@kith/core/content/digest.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Receiver } from '@kith/core/network/net.ts'
import { listedShares } from '@kith/core/share/listed.ts'
import type { Description, Subject } from '@kith/core/transfer/subject.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { tth } from '@kith/wire/hash/tiger-tree.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { HubChat } from './facets/chat.ts'
import { search } from './facets/search.ts'
import { Described } from './fetch/described.ts'
import { leavesTaker } from './fetch/leaves.ts'
import type { Hub } from './hubs/hub.ts'
import { Questions } from './hubs/questions.ts'
import { Reception } from './peers/reception.ts'
import { Restraint } from './peers/restraint.ts'
import { Answers } from './serve/answers.ts'
import { Bodies } from './serve/bodies.ts'
import { OwnList } from './serve/own-list.ts'
import { Shelf } from './serve/shelf.ts'
import type { FoundItem } from './wire/found.ts'

// What each decoder and the hub have to bear has its tests beside them; here is what only shows when the parts act together.

const kernel = new TigerKernel()
const clock: Clock = { now: () => 1_000_000, after: () => ({ [Symbol.dispose]() {} }) }

test('results that nobody asked for, and more of them than anybody reads, cost nothing', async () => {
  const talk = { ask: () => {} }
  const hub = { talk, flush: () => {}, address: { protocol: 'adc' } } as unknown as Hub
  const random = { number: () => 0, bytes: (length: number) => new Uint8Array(length).fill(7) }
  using questions = new Questions(clock, random, () => [hub])
  const item = (at: number): FoundItem => ({
    path: [`file ${at}`],
    folder: false,
    size: 1,
    freeSlots: 1,
    tth: undefined,
  })
  const party = { hub, user: { id: 'AAAB', nick: 'ada', cid: 'ADA', client: '' } as never }
  questions.found(party, item(0), 'UNASKED')
  const stop = new AbortController()
  const facet = search(questions)
  const hits = facet.run(facet.plan({ words: ['file'] }), stop.signal)[Symbol.asyncIterator]()
  const first = hits.next()
  await new Promise((resolve) => setImmediate(resolve))
  for (let at = 0; at < 50_000; at++) questions.found(party, item(at), 'A4DQOBYH')
  await first
  let count = 1
  setImmediate(() => stop.abort())
  while ((await hits.next().catch(() => ({ done: true }))).done !== true) count++
  assert.ok(count <= 5_001, `${count} of 50,000 were kept`)
})

for (const there of ['nobody is there', 'something else listens there', 'something says nothing there']) {
  test(`a hub that names one address again and again does not make us attack it: ${there}`, async () => {
    let dials = 0
    let open = 0
    const connect = async (): Promise<Connection> => {
      dials++
      if (there.startsWith('nobody')) throw new Error('nobody there')
      open++
      return {
        remote: { host: '192.0.2.1', port: 1 },
        pending: 0,
        open(receiver: Receiver) {
          if (!there.startsWith('something else')) return
          // A web server: it says that it does not understand, and hangs up.
          queueMicrotask(() => receiver.receive(utf8('HTTP/1.1 400 Bad Request\r\n\r\n')))
          queueMicrotask(() => receiver.ended())
        },
        send: (_bytes: Uint8Array, sent?: () => void) => sent?.(),
        close() {},
      } as unknown as Connection
    }
    const host = {
      clock,
      random: { number: () => 0, bytes: (length: number) => new Uint8Array(length) },
      log: { debug: () => {} },
      net: { connect },
    } as unknown as Host
    using reception = new Reception({
      host,
      cid: '',
      program: '',
      encryption: 'offered',
      port: () => 1,
      asked: () => {},
      ended: () => {},
    })
    const hub = { address: { protocol: 'nmdc' }, talk: { id: 'me' } } as unknown as Hub
    for (let at = 0; at < 1_000; at++) {
      reception.meet(hub, undefined, { host: '192.0.2.1', port: 1 + at }, { token: '', tls: false })
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(dials, 10)
    assert.ok(open <= 10)
    // Others are not shut out by that.
    reception.meet(hub, undefined, { host: '192.0.2.2', port: 1 }, { token: '', tls: false })
    assert.equal(dials, 11)
    // Nobody is dialled half way who was not expected so.
    reception.traverse(hub, undefined, { host: '192.0.2.3', port: 1 }, { token: '', tls: false }, false)
    assert.equal(dials, 11)
  })
}

test('questions without end are looked up so often as anybody asks, of each and of all', () => {
  const answers = new Answers()
  const count = (from: (at: number) => Parameters<Answers['allows']>[1]): number =>
    Array.from({ length: 10_000 }, (_, at) => answers.allows('adc://hub:1', from(at), 0)).filter(Boolean).length
  const user = (id: string) => ({ kind: 'user', id, token: '' }) as const
  assert.equal(
    count(() => user('AAAB')),
    30,
  )
  assert.equal(
    count((at) => ({ kind: 'datagram', host: '192.0.2.1', port: 1 + at, token: '' })),
    30,
    'the port is no other place',
  )
  assert.equal(answers.allows('adc://hub:1', user('AAAC'), 0), true)
  assert.ok(count((at) => user(`made up ${at}`)) < 500)
  assert.equal(answers.allows('adc://hub:1', user('AAAD'), 1_000), true, 'and later it goes on')
})

test('a user who wants us to wait for him again and again makes us say little to the hub', () => {
  const said: string[] = []
  const host = {
    clock,
    random: { number: () => 0, bytes: (length: number) => new Uint8Array(length) },
    net: {},
    log: {},
  }
  using reception = new Reception({
    host: host as unknown as Host,
    cid: '',
    program: '',
    encryption: 'offered',
    port: () => 1,
    asked: () => {},
    ended: () => {},
  })
  const talk = { meet: (id: string) => void said.push(id) }
  const hub = { address: { protocol: 'adc' }, talk, flush: () => {} } as unknown as Hub
  const party = (nick: string) => ({ hub, user: { id: nick, nick, cid: nick } as never })
  for (let at = 0; at < 1_000; at++) reception.invited(party('flooder'), { token: `${at}`, tls: false })
  assert.equal(said.length, 20)
  reception.invited(party('other'), { token: 'x', tls: false })
  assert.equal(said.at(-1), 'other')
})

test('talk without end, in rooms without end, is kept as far as anybody reads', () => {
  const users = new Map(Array.from({ length: 1_000 }, (_, at) => [`S${at}`, { id: `S${at}`, nick: `nick ${at}` }]))
  const talk = { id: 'US', users }
  const given = 'adc://hub:1'
  const hub = { given, name: 'Hub', talk, user: (id: string) => users.get(id) } as unknown as Hub
  const chat = new HubChat({ clock, hubs: () => [hub], ignored: [] })
  const text = 'x'.repeat(100_000)
  for (let at = 0; at < 2_000; at++) {
    chat.heard(hub, { kind: 'chat', from: 'S1', text, me: false })
    chat.heard(hub, { kind: 'private', from: `S${at % 1_000}`, room: `made up ${at}`, text })
    chat.heard(hub, { kind: 'private', from: `nobody ${at}`, room: `nobody ${at}`, text })
  }
  assert.ok(chat.rooms.current.length <= 201)
  let kept = 0
  for (const { id } of chat.rooms.current) for (const message of chat.history(id)) kept += message.text.length
  assert.ok(kept <= 201 * 200_000, `${kept} characters`)
  assert.ok(chat.rooms.current.every(({ id }) => !id.includes('made up') && !id.includes('nobody')))
})

test('at one moment one place gets its share, whatever the others do, and is forgotten in the end', () => {
  const restraint = new Restraint(3, 100)
  const taken = (place: string, now: number): number =>
    Array.from({ length: 10 }, () => restraint.take(place, now)).filter(Boolean).length
  assert.equal(taken('a', 0), 3)
  assert.equal(taken('b', 0), 3)
  assert.equal(taken('a', 200), 2)
  for (let at = 0; at < 5_000; at++) restraint.take(`${at}`, 200)
  assert.equal(taken('a', 200), 3)
})

test('what is kept with a transfer and cannot be read is a trouble of that transfer alone', () => {
  const troubles: (string | undefined)[] = []
  const subject = {
    content: { digests: [], size: 1024 * 1024 },
    hint: () => Uint8Array.of(1, 2, 3),
    trouble: (_: string, fault: { code: string } | undefined) => troubles.push(fault?.code),
  } as unknown as Subject
  const known = new Described(new Uint8Array(24), subject, kernel)
  assert.deepEqual(troubles, ['directconnect/hint'])
  assert.deepEqual([known.size, known.users], [1024 * 1024, []])
})

test('leaves that do not lead to the root are a lie, of whatever length', () => {
  const bytes = new Uint8Array(1024 * 1024).map((_, at) => at * 31)
  const described: Description[] = []
  const subject = {
    content: { digests: [], size: bytes.length },
    hint: () => undefined,
    keep: () => {},
    layout: { current: undefined },
    describe: (one: Description) => void described.push(one),
  } as unknown as Subject
  const known = new Described(tth(kernel, bytes), subject, kernel)
  for (const length of [0, 1, 24, 48, 24 * 16, 24 * 17, 24 * 1024, 24 * 8_192 + 24])
    assert.equal(known.leaves(new Uint8Array(length)), false, `${length} zeros`)
  assert.equal(described.length, 0)
  let got: Uint8Array | undefined
  const taker = leavesTaker((leaves) => (got = leaves))
  taker.begin(2 ** 31)
  for (let at = 0; at < 100; at++) taker.body(new Uint8Array(65_536))
  taker.end()
  assert.equal(got?.length, 0, 'a list that is longer than any is not kept')
})

test('requests that lead elsewhere get nothing, and so do those for what hubs may not see', async () => {
  const root = new Uint8Array(24).fill(1)
  const content = { digests: [digestOf('tth', root)], size: 5, name: 'x' }
  const share = { id: '1', content, path: ['Shared', 'x'], audience: 'friends' as const, read: async () => {} }
  const shelf = new Shelf(listedShares([share]), () => {})
  const list = new OwnList(shelf, clock, { cid: '', generator: '' })
  const bodies = new Bodies({ shelf, list, kernel, subject: () => undefined })
  const ask = { start: 0, bytes: -1, zlib: false, recursive: true }
  const names = ['../../etc/passwd', '/etc/passwd', 'files.xml.bz2/..', 'TTH/', 'TTH/../x', 'TTH/LWPNACQ', 'Shared/x']
  for (const name of names)
    for (const kind of ['file', 'tthl'] as const) assert.equal(await bodies.find({ ...ask, kind, name }), undefined)
  for (const name of ['/../', '/Shared/', '/Shared/../../', '\0'])
    assert.equal(await bodies.find({ ...ask, kind: 'list', name }), undefined, name)
})
