import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  base32,
  base64,
  compare,
  concat,
  equal,
  fromBase32,
  fromBase64,
  fromHex,
  fromLatin1,
  strictText,
  lossyText,
  hex,
  latin1,
  utf8,
} from './bytes.ts'

test('RFC 4648 vectors', () => {
  const base32Vectors = ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI']
  const padded = ['', 'MY======', 'MZXQ====', 'MZXW6===', 'MZXW6YQ=', 'MZXW6YTB', 'MZXW6YTBOI======']
  const base64Vectors = ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy']
  for (let length = 0; length <= 6; length++) {
    const bytes = utf8('foobar'.slice(0, length))
    assert.equal(base32(bytes), base32Vectors[length])
    assert.deepEqual(fromBase32(base32Vectors[length]!.toLowerCase()), bytes)
    assert.deepEqual(fromBase32(padded[length]!), bytes)
    assert.equal(base64(bytes), base64Vectors[length])
    assert.deepEqual(fromBase64(base64Vectors[length]!), bytes)
  }
})

test('what is not in the alphabet is refused', () => {
  for (const text of ['M', 'MZX', 'MZ', 'M1', 'MY=', 'MY=======', '0Y', 'MYé', 'MZXW6Y', ' MY']) {
    assert.equal(fromBase32(text), undefined, text)
  }
  for (const text of ['0', '0g', '0x', ' 00', '00\n']) assert.equal(fromHex(text), undefined, text)
  for (const text of ['Zg', 'Zg=', 'Z===', '=', 'Zm9-', 'Zg==\n']) assert.equal(fromBase64(text), undefined, text)
  assert.equal(fromLatin1('Ā'), undefined)
  assert.equal(strictText(Uint8Array.of(0xc3)), undefined)
  assert.equal(lossyText(Uint8Array.of(0x61, 0xc3)), 'a�')
  assert.equal(strictText(utf8('\ufeffa')), '\ufeffa')
})

test('every encoding gives back the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (input) => {
      const bytes = new Uint8Array(input)
      assert.deepEqual(fromHex(hex(bytes)), bytes)
      assert.deepEqual(fromBase32(base32(bytes)), bytes)
      assert.deepEqual(fromBase64(base64(bytes)), bytes)
      assert.deepEqual(fromLatin1(latin1(bytes)), bytes)
    }),
  )
  const long = Uint8Array.from({ length: 100_000 }, (_, i) => i)
  assert.deepEqual(fromLatin1(latin1(long)), long)
})

test('texts give a fault-free answer from any characters', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const decode of [fromHex, fromBase32, fromBase64]) {
        const bytes = decode(text)
        assert.ok(bytes === undefined || bytes.length <= text.length)
      }
    }),
  )
})

test('order and joining', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4, max: 2 }), fc.uint8Array({ maxLength: 4, max: 2 }), (one, other) => {
      assert.equal(Math.sign(compare(one, other)), Buffer.compare(one, other))
      assert.equal(equal(one, other), Buffer.compare(one, other) === 0)
      assert.deepEqual(concat([one, other]), new Uint8Array([...one, ...other]))
    }),
  )
})
