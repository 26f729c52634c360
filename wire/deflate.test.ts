import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { concat, utf8 } from './bytes.ts'
import { Deflater, shrinks } from './deflate.ts'

test('parts become one stream that ends itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50_000, size: 'max' }), { maxLength: 8 }), async (parts) => {
      using deflater = new Deflater()
      const packed: Uint8Array[] = []
      for (const part of parts) packed.push(...(await deflater.push(part)))
      packed.push(...(await deflater.end()))
      assert.ok(inflateSync(concat(packed)).equals(concat(parts)))
    }),
    { numRuns: 30 },
  )
})

test('texts shrink, and what is packed or made by chance does not', () => {
  assert.ok(shrinks(utf8('the same and the same again '.repeat(100))))
  assert.ok(!shrinks(randomBytes(10_000)))
  assert.ok(!shrinks(new Uint8Array()))
})
