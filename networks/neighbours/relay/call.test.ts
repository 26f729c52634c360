import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat } from '@kith/wire/bytes.ts'
import { CALL_BYTES, callSplitter } from './call.ts'

test('calls are the same however their bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (parts) => {
      const split = callSplitter()
      const names = parts.flatMap((part) => split(part))
      const whole = concat(parts)
      const count = Math.floor(whole.length / CALL_BYTES)
      assert.equal(names.length, count)
      assert.equal(names.join(''), whole.subarray(0, count * CALL_BYTES).toHex())
    }),
  )
})
