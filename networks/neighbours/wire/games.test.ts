import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { decodeGames, decodeRelayed, encodeGames, encodeRelayed, isAnnouncing } from './games.ts'
import { decodePathHello, encodePathHello } from './path.ts'

const port = fc.integer({ min: 1, max: 65_535 })
const ports = fc.array(port, { maxLength: 16 })
const announces = fc.array(fc.record({ host: fc.constantFrom('224.0.2.60', '255.255.255.255'), port }), {
  maxLength: 8,
})
const game = fc.record(
  {
    id: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => bytes.toHex()),
    title: fc.constantFrom('OpenTTD', 'Ärger', '木'),
    way: fc.record({ tcp: ports, udp: ports, announces }, { noNullPrototype: true }),
  },
  { noNullPrototype: true },
)

test('games come back as they were said', () => {
  fc.assert(
    fc.property(fc.array(game, { maxLength: 5 }), (games) => {
      const back = decodeGames(encodeGames(games))
      assert.deepEqual(JSON.parse(JSON.stringify(back)), JSON.parse(JSON.stringify(games)))
    }),
  )
})

test('a kind of game that is not known is left out, and ports that are none are refused', () => {
  const one = { id: new Uint8Array(8), title: 'x', kind: 'ports', tcp: [1], udp: [], announces: [] }
  assert.equal(decodeGames(encode({ games: [one, { ...one, kind: 'holodeck' }] })).length, 1)
  const wrong = [
    { ...one, tcp: [0] },
    { ...one, udp: [65_536] },
    { ...one, tcp: Array.from({ length: 17 }, () => 1) },
    { ...one, id: new Uint8Array(7) },
    { ...one, announces: [['10.0.0.1', 5]] },
    { ...one, announces: [['224.0.0.1']] },
  ]
  for (const each of wrong) {
    assert.throws(() => decodeGames(encode({ games: [each] })), FaultError, JSON.stringify(each))
  }
})

test('games announce themselves to groups and to everybody, nowhere else', () => {
  const at = (host: string): boolean => isAnnouncing({ host, port: 5 })
  assert.deepEqual(['224.0.2.60', '239.255.255.255', '255.255.255.255'].map(at), [true, true, true])
  const elsewhere = ['10.0.0.1', '192.168.1.255', '240.0.0.1', '224.0.0', '224.0.0.256', '224.0.0.0x1', 'localhost']
  assert.deepEqual(elsewhere.filter(at), [])
  assert.equal(isAnnouncing({ host: '224.0.0.1', port: 0 }), false)
})

test('what travels along a path comes back, and garbage gives a fault', () => {
  const flow = fc.nat(65_535)
  const relayed = fc.oneof(
    fc.record({ kind: fc.constant('flow' as const), flow, port, bytes: fc.uint8Array() }),
    fc.record({ kind: fc.constant('announced' as const), place: fc.nat(255), bytes: fc.uint8Array() }),
  )
  fc.assert(fc.property(relayed, (one) => assert.deepEqual({ ...decodeRelayed(encodeRelayed(one)) }, { ...one })))
  const hello = fc.record({ key: fc.uint8Array({ minLength: 32, maxLength: 32 }), index: fc.nat(), port })
  fc.assert(fc.property(hello, (one) => assert.deepEqual({ ...decodePathHello(encodePathHello(one)) }, { ...one })))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const decode of [decodeGames, decodeRelayed, decodePathHello]) attempt(() => decode(bytes))
    }),
  )
})
