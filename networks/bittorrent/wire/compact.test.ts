import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressBytes, addressText } from '@kith/wire/ip-address.ts'
import { decodeCompact, encodeCompact, parseEndpoint } from './compact.ts'

test('addresses as RFC 5952 writes them', () => {
  const text = (hex: string): string => addressText(Uint8Array.fromHex(hex))
  assert.equal(text('7f000001'), '127.0.0.1')
  assert.equal(text('00000000000000000000000000000001'), '::1')
  assert.equal(text('00000000000000000000000000000000'), '::')
  assert.equal(text('20010db8000000000001000000000001'), '2001:db8::1:0:0:1')
  assert.equal(text('20010db8000000010001000100010001'), '2001:db8:0:1:1:1:1:1')
  assert.equal(text('fe800000000000000000000000000000'), 'fe80::')
  assert.equal(text('00000000000000000000ffff01020304'), '1.2.3.4')
})

test('what is no address is none', () => {
  for (const bad of [
    '',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4.5',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::',
    '1:2:3:4:5:6:7:8::',
    'host',
  ]) {
    assert.equal(addressBytes(bad), undefined, bad)
  }
  assert.equal(addressBytes('::ffff:1.2.3.4')?.toHex(), '00000000000000000000ffff01020304')
})

test('an address of any bytes comes back the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const back = addressBytes(addressText(bytes))!
      assert.deepEqual(back.length === 4 ? Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...back) : back, bytes)
    }),
  )
})

test('peers of both families, in six and eighteen bytes (BEP 23, 7)', () => {
  const peers = [
    { host: '10.0.0.1', port: 6881 },
    { host: '::1', port: 1 },
    { host: 'name.example', port: 2 },
  ]
  assert.equal(encodeCompact(peers, 4).toHex(), '0a0000011ae1')
  assert.equal(encodeCompact(peers, 6).toHex(), '000000000000000000000000000000010001')
  assert.deepEqual(decodeCompact(encodeCompact(peers, 4), 4, 9), [peers[0]])
  assert.deepEqual(decodeCompact(encodeCompact(peers, 6), 6, 9), [peers[1]])
  assert.deepEqual(decodeCompact(Uint8Array.fromHex('0a00000100000a00'), 4, 9), [])
  assert.equal(decodeCompact(new Uint8Array(600).fill(1), 4, 10).length, 10)
})

test('endpoints as text', () => {
  assert.deepEqual(parseEndpoint('1.2.3.4:80'), { host: '1.2.3.4', port: 80 })
  assert.deepEqual(parseEndpoint('[2001:DB8::1]:6881'), { host: '2001:db8::1', port: 6881 })
  for (const bad of ['1.2.3.4', '1.2.3.4:0', '1.2.3.4:65536', '::1:80', 'host:80', '[::1]', '[]:1', '[1.2.3.4:80']) {
    assert.equal(parseEndpoint(bad), undefined, bad)
  }
})
