import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attempt } from '@kith/wire/fault.ts'
import { decodeTerms, encodeTerms, placeInPath, placePath } from './internet.ts'
import { decodeCarried, decodeSocksDatagram, encodeCarried, encodeSocksDatagram } from './socks.ts'

const place = fc.record(
  { host: fc.constantFrom('example.org', '203.0.113.1', '2001:db8::5'), port: fc.nat(65_535) },
  { noNullPrototype: true },
)
const number = fc.option(fc.nat(), { nil: undefined })
const lines = fc.array(fc.constantFrom('example.org', '192.0.2.0/24', '*:25'), { maxLength: 8 })

test('terms come back as they were said', () => {
  const terms = fc.record({
    until: number,
    volume: number,
    down: number,
    up: number,
    allowed: lines,
    refused: lines,
    home: fc.boolean(),
    whole: fc.boolean(),
  })
  fc.assert(
    fc.property(terms, (given) => {
      const set = JSON.parse(JSON.stringify(given)) as Parameters<typeof encodeTerms>[0]
      assert.deepEqual(JSON.parse(JSON.stringify(decodeTerms(encodeTerms(set)))), JSON.parse(JSON.stringify(given)))
    }),
  )
})

test('datagrams come back, with program and proxy and between devices', () => {
  fc.assert(
    fc.property(place, fc.uint8Array(), fc.nat(65_535), (to, bytes, flow) => {
      assert.deepEqual(decodeSocksDatagram(encodeSocksDatagram({ place: to, bytes })), { place: to, bytes })
      assert.deepEqual(decodeCarried(encodeCarried({ flow, place: to, bytes })), { flow, place: to, bytes })
      if (to.port > 0) assert.deepEqual(placeInPath(placePath(to)), to)
    }),
  )
})

test('pieces of datagrams are not put together, and garbage gives a fault', () => {
  const whole = encodeSocksDatagram({ place: { host: '1.2.3.4', port: 5 }, bytes: Uint8Array.of(1) })
  whole[2] = 1
  assert.equal(decodeSocksDatagram(whole), undefined)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (bytes, text) => {
      attempt(() => decodeSocksDatagram(bytes))
      attempt(() => decodeCarried(bytes))
      attempt(() => decodeTerms(bytes))
      placeInPath(text)
    }),
  )
})
