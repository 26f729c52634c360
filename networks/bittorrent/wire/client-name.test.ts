import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '@kith/wire/bytes.ts'
import { cleanClient, clientOf } from './client-name.ts'

const names: readonly [peerId: string, name: string | undefined][] = [
  ['-qB4520-abcdefghijkl', 'qBittorrent 4.5.2'],
  ['-LT2080-abcdefghijkl', 'libtorrent 2.0.8'],
  ['-TR3000-abcdefghijkl', 'Transmission 3.00'],
  ['-TR2940-abcdefghijkl', 'Transmission 2.94'],
  ['-TR4130-abcdefghijkl', 'Transmission 4.1.3'],
  ['-lt0D80-abcdefghijkl', 'rTorrent 0.13.8'],
  ['-DE203s-abcdefghijkl', 'Deluge 2.0.3.28'],
  ['-WW0300-abcdefghijkl', 'WebTorrent 0.3'],
  ['-KH0100-abcdefghijkl', 'Kith 0.1'],
  ['-ZZ1234-abcdefghijkl', 'ZZ 1.2.3.4'],
  ['A2-1-36-0-abcdefghij', 'aria2 1.36.0'],
  ['M7-2-3--abcdefghijkl', 'BitTorrent 7.2.3'],
  ['S587----abcdefghijkl', 'Shadow 5.8.7'],
  ['T03I-----abcdefghijk', 'BitTornado 0.3.18'],
  ['exbc\u0000\u0009abcdefghijklmn', 'BitComet'],
  ['-ML2.7.2-kgjjfkdabcd', 'MLDonkey'],
  ['abcdefghijklmnopqrst', undefined],
]

for (const [peerId, name] of names) {
  test(`${JSON.stringify(peerId)} is ${name ?? 'nobody we know'}`, () => assert.equal(clientOf(utf8(peerId)), name))
}

test('any peer id has a name or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (peerId) => {
      const name = clientOf(peerId)
      // oxlint-disable-next-line no-control-regex
      if (name !== undefined) assert.doesNotMatch(name, /[\u0000-\u001f\u007f-\u009f]|NaN/)
    }),
    { numRuns: 500 },
  )
})

test('what a peer calls itself stays on one line', () => {
  assert.equal(cleanClient('µTorrent 3.6\r\n\u202e'), 'µTorrent 3.6')
  assert.equal(cleanClient(' \u0000 '), undefined)
  assert.equal(cleanClient('x'.repeat(200))?.length, 64)
})
