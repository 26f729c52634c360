import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encode } from '@kith/wire/bencode.ts'
import { concat } from '@kith/wire/bytes.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { decodeExchange, encodeExchange, encodeExtendedHandshake, encodeMetadata } from '../wire/extended.ts'
import { endpointText } from '@kith/core/network/net.ts'
import { greeting, introduction, Line, Meeting, message } from './test-kit/meeting.ts'

const minute = 60_000
/** The peer id that a meeting gives us. */
const ourId = 0xff

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

test('a peer that was let go is forgotten, whatever else came in one piece with the reason', async () => {
  await using meeting = new Meeting()
  meeting.stage.set('giving')
  const leech = meeting.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'interested' }))
  const seed = meeting.come('10.0.0.3', greeting(3), introduction(4_003), message({ kind: 'haveAll' }))
  assert.equal(seed.closed, 'bittorrent/both-seeds')
  assert.equal(meeting.swarm.sessions.size, 1)
  // Its end is told late, and until then nobody tells it of others.
  const { late } = seed
  meeting.clock.go(1.5 * minute)
  assert.equal(seed.late, late)
  assert.equal(leech.closed, undefined)
})

test('nobody makes room for a peer that is not let in anyway', async () => {
  await using meeting = new Meeting({ connectionsPerTransfer: 1 })
  meeting.stage.set('giving')
  const line = meeting.come('10.0.0.2', greeting(2), introduction(4_002))
  meeting.clock.go(2 * minute)
  meeting.banned.add('bittorrent/10.0.0.9')
  assert.equal(meeting.swarm.refuses({ host: '10.0.0.9', port: 1 })?.code, 'bittorrent/banned')
  assert.equal(line.closed, undefined)
  assert.equal(meeting.swarm.refuses({ host: '10.0.0.8', port: 1 }), undefined)
  assert.equal(line.closed, 'bittorrent/made-room')
})

test('who is here is kept for the next start before those of whom we only heard', async () => {
  const heard = Array.from({ length: 300 }, (_, at) => ({ host: `10.1.1.${at & 127}`, port: 5_000 + at }))
  await using meeting = new Meeting()
  meeting.swarm.heard(heard, 'tracker')
  meeting.come('10.0.0.2', greeting(2), introduction(4_002))
  await meeting.swarm[Symbol.asyncDispose]()
  assert.deepEqual(meeting.kept[0], { host: '10.0.0.2', port: 4_002 })
  assert.equal(meeting.kept.length, 50)
})

test('while we only give, peers that are said to have everything are not dialled', async () => {
  await using meeting = new Meeting()
  meeting.stage.set('giving')
  const line = meeting.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'interested' }))
  const [seed, other] = [
    { host: '10.0.0.3', port: 4_003 },
    { host: '10.0.0.4', port: 4_004 },
  ]
  const payload = encodeExchange({
    added: [
      { endpoint: seed, seed: true },
      { endpoint: other, seed: false },
    ],
    dropped: [],
  })
  line.say(message({ kind: 'extended', id: 1, payload }))
  meeting.clock.go(minute)
  assert.deepEqual(meeting.dialled, [other])
  meeting.stage.set('getting')
  meeting.clock.go(minute)
  assert.deepEqual(meeting.dialled, [other, seed])
})

test('who takes the description and leaves is dialled again after seconds, where it begins; others wait longer', async () => {
  await using meeting = new Meeting()
  meeting.stage.set('giving')
  const payload = encodeMetadata({ kind: 'metadataRequest', piece: 0 })
  const ask = message({ kind: 'extended', id: 2, payload })
  const beginner = meeting.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'interested' }), ask)
  const other = meeting.come('10.0.0.3', greeting(3), introduction(4_003), message({ kind: 'interested' }))
  beginner.ended()
  other.ended()
  meeting.clock.go(4_000)
  assert.deepEqual(meeting.dialled, [])
  meeting.clock.go(4_000)
  assert.deepEqual(meeting.dialled, [{ host: '10.0.0.2', port: 4_002 }])
  meeting.clock.go(10_000)
  assert.deepEqual(meeting.dialled.at(-1), { host: '10.0.0.3', port: 4_003 })
})

test('who leaves because we sent it away is not taken for one that begins', async () => {
  await using meeting = new Meeting({ connectionsPerTransfer: 1 })
  meeting.stage.set('giving')
  const payload = encodeMetadata({ kind: 'metadataRequest', piece: 0 })
  const line = meeting.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'extended', id: 2, payload }))
  meeting.clock.go(2 * minute)
  assert.equal(meeting.swarm.refuses({ host: '10.0.0.8', port: 1 }), undefined)
  assert.equal(line.closed, 'bittorrent/made-room')
  meeting.clock.go(10_000)
  assert.deepEqual(meeting.dialled, [])
})

test('an address at which we meet ourselves is not dialled again, by no torrent, nor kept', async () => {
  const [us, other] = [
    { host: '192.0.2.7', port: 7338 },
    { host: '10.0.0.4', port: 4_004 },
  ]
  const dialsOf = ({ dialled }: Meeting): number => dialled.filter(({ host }) => host === us.host).length
  await using meeting = new Meeting({}, [us, other])
  const line = new Line(us, false)
  meeting.reached.set(endpointText(us), line)
  // Another torrent has heard of it, and had no room so far.
  await using another = new Meeting({ connectionsPerTransfer: 1 }, [], meeting.ownAddresses)
  const peer = another.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'interested' }))
  another.swarm.heard([us, other], 'tracker')
  await turn()
  line.say(greeting(ourId))
  assert.equal(line.closed, 'bittorrent/self')
  assert.equal(meeting.swarm.sessions.size, 0)
  assert.deepEqual(meeting.kept, [other])

  meeting.swarm.heard([us], 'tracker')
  const teller = meeting.come('10.0.0.2', greeting(2), introduction(4_002), message({ kind: 'interested' }))
  const payload = encodeExchange({ added: [{ endpoint: us, seed: false }], dropped: [] })
  teller.say(message({ kind: 'extended', id: 1, payload }))
  peer.ended()
  meeting.clock.go(180 * minute)
  another.clock.go(180 * minute)
  assert.equal(dialsOf(meeting), 1)
  assert.equal(dialsOf(another), 0)
  assert.ok(another.dialled.length > 0)
  await another.swarm[Symbol.asyncDispose]()
  await meeting.swarm[Symbol.asyncDispose]()
  for (const { kept } of [meeting, another]) assert.ok(!kept.some(({ host }) => host === us.host))
})

/** The peers that were told of on this line, by messages of the peer exchange. */
function toldOn({ sent }: Line): string[] {
  const all = concat(sent)
  const told: string[] = []
  for (let at = 68; at < all.length;) {
    const end = at + 4 + new DataView(all.buffer, all.byteOffset).getUint32(at)
    // An extended message, with the number that the introduction gave to the exchange.
    if (all[at + 4] === 20 && all[at + 5] === 1)
      told.push(...decodeExchange(all.subarray(at + 6, end)).added.map(({ endpoint }) => endpointText(endpoint)))
    at = end
  }
  return told.sort()
}

const exchangeOf = (...peers: readonly { host: string; port: number }[]): Uint8Array =>
  message({
    kind: 'extended',
    id: 1,
    payload: encodeExchange({ added: peers.map((endpoint) => ({ endpoint, seed: false })), dropped: [] }),
  })

test('a stranger from outside tells nothing of our networks and hears nothing of them; nobody is in a group', async () => {
  await using meeting = new Meeting()
  const stranger = meeting.come('192.0.2.2', greeting(2), introduction(4_002))
  const near = meeting.come('10.0.0.3', greeting(3), introduction(4_003))
  const wrong = ['127.0.0.1', '192.168.1.1', '224.0.0.1', '0.0.0.0', 'fe80::1', 'ff02::1', '::']
  stranger.say(exchangeOf(...['192.0.2.77', ...wrong].map((host) => ({ host, port: 80 }))))
  near.say(exchangeOf(...['192.168.1.77', '127.0.0.1', '224.0.0.1'].map((host) => ({ host, port: 81 }))))
  meeting.clock.go(minute)
  assert.deepEqual(meeting.dialled.map(endpointText).sort(), ['192.0.2.77:80', '192.168.1.77:81'])
  assert.deepEqual(toldOn(stranger), [])
  assert.deepEqual(toldOn(near), ['192.0.2.2:4002'])
})

test('however long there was no way to anybody from here, a minute after there is one they are dialled', async () => {
  await using meeting = new Meeting()
  meeting.cut = true
  meeting.swarm.heard([{ host: '192.0.2.77', port: 80 }], 'tracker')
  for (let at = 0; at < 240; at++) {
    meeting.clock.go(minute / 2)
    await turn()
  }
  meeting.cut = false
  const before = meeting.dialled.length
  meeting.clock.go(1.1 * minute)
  assert.equal(meeting.dialled.length, before + 1)
})

test('a torrent that turns out to be private forgets what peers told, and tells them nothing', async () => {
  const info = encode({
    length: 32_768,
    name: 'a',
    'piece length': 16_384,
    pieces: new Uint8Array(40),
    private: 1,
  })
  const secret = hash('sha1', info)
  await using meeting = new Meeting({ connectionsPerTransfer: 2 }, [], undefined, secret)
  const first = meeting.come('192.0.2.2', greeting(2, secret), introduction(4_002, info.length))
  const second = meeting.come('192.0.2.3', greeting(3, secret), introduction(4_003))
  // There is no room to dial anybody.
  first.say(exchangeOf({ host: '192.0.2.77', port: 80 }))
  const payload = encodeMetadata({ kind: 'metadataData', piece: 0, size: info.length, bytes: info })
  first.say(message({ kind: 'extended', id: 2, payload }))
  assert.equal(meeting.swarm.metainfo?.private, true)
  meeting.clock.go(2 * minute)
  assert.deepEqual([...toldOn(first), ...toldOn(second)], [])
  second.ended()
  meeting.clock.go(5_000)
  assert.deepEqual(meeting.dialled, [])
  await meeting.swarm[Symbol.asyncDispose]()
  assert.deepEqual(meeting.kept, [])
})

test('who gives a wrong description is not let in again, from whatever port', async () => {
  const secret = hash('sha1', encode({ name: 'something else' }))
  await using meeting = new Meeting({}, [], undefined, secret)
  const wrong = Uint8Array.of(100, 101)
  // It does not say where it listens.
  const introduced = encodeExtendedHandshake({ extensions: { ut_metadata: 2 }, metadataSize: wrong.length })
  const line = meeting.come('192.0.2.2', greeting(2, secret), message({ kind: 'extended', id: 0, payload: introduced }))
  assert.equal(meeting.swarm.refuses({ host: '192.0.2.2', port: 1 }), undefined)
  const payload = encodeMetadata({ kind: 'metadataData', piece: 0, size: wrong.length, bytes: wrong })
  line.say(message({ kind: 'extended', id: 2, payload }))
  assert.equal(line.closed, 'bittorrent/metadata-wrong')
  assert.equal(meeting.swarm.refuses({ host: '192.0.2.2', port: 51_234 })?.code, 'bittorrent/banned')
  assert.equal(meeting.swarm.refuses({ host: '192.0.2.3', port: 1 }), undefined)
})

test('one address does not take all the room, but on this machine there may be any number of peers', async () => {
  await using meeting = new Meeting()
  for (let peer = 1; peer <= 8; peer++) {
    assert.equal(meeting.swarm.refuses({ host: '192.0.2.2', port: peer }), undefined)
    meeting.come('192.0.2.2', greeting(peer))
  }
  assert.equal(meeting.swarm.refuses({ host: '192.0.2.2', port: 9 })?.code, 'bittorrent/full')
  assert.equal(meeting.swarm.refuses({ host: '192.0.2.3', port: 9 }), undefined)
  for (let peer = 11; peer <= 30; peer++) meeting.come('127.0.0.1', greeting(peer))
  assert.equal(meeting.swarm.refuses({ host: '127.0.0.1', port: 9 }), undefined)
  assert.equal(meeting.swarm.sessions.size, 28)
})

test('a disk that gives nothing is told of, once, until it does again', async () => {
  await using meeting = new Meeting()
  meeting.stage.set('giving')
  const ask = async (peer: number): Promise<Line> => {
    const words = [message({ kind: 'interested' }), message({ kind: 'request', piece: 0, begin: 0, length: 16_384 })]
    const line = meeting.come(`10.0.0.${peer}`, greeting(peer), introduction(4_000 + peer), words[0]!)
    line.say(words[1]!)
    await turn()
    return line
  }
  meeting.unreadable = { kind: 'local', code: 'disk/gone', message: 'The disk is gone' }
  assert.equal((await ask(2)).closed, 'disk/gone')
  assert.equal((await ask(3)).closed, 'disk/gone')
  assert.deepEqual(meeting.troubles, ['disk/gone'])
  meeting.unreadable = undefined
  assert.equal((await ask(4)).closed, undefined)
  assert.deepEqual(meeting.troubles, ['disk/gone', undefined])
})

test('a banned peer that comes with the id of another does not take its place', async () => {
  const there = { host: '10.0.0.2', port: 4_002 }
  await using meeting = new Meeting({}, [there])
  const line = new Line(there, false)
  meeting.reached.set(endpointText(there), line)
  await turn()
  line.say(greeting(2), introduction(4_002))
  meeting.banned.add('bittorrent/10.0.0.9')
  assert.equal(meeting.come('10.0.0.9', greeting(2)).closed, 'bittorrent/banned')
  assert.equal(line.closed, undefined)
})
