import assert from 'node:assert/strict'
import { attempt } from '@kith/wire/fault.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import { bunzip2 } from '@kith/wire/bzip2/decode.ts'
import { bzip2 } from '@kith/wire/bzip2/encode.ts'
import type { FuzzTarget } from '../target.ts'

/** More than any seed stands for; bombs are left at that. */
const mostBytes = 1_000_000

function encoded(bytes: Uint8Array): Uint8Array {
  const encoder = bzip2(1)
  return concat([...encoder.push(bytes), ...encoder.end()])
}

function decoded(bytes: Uint8Array, step: number): Uint8Array {
  const decoder = bunzip2()
  const parts: Uint8Array[] = []
  let length = 0
  function* all(): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += step) yield* decoder.push(bytes.subarray(at, at + step))
    yield* decoder.end()
  }
  for (const part of all()) {
    parts.push(part)
    length += part.length
    if (length > mostBytes) break
  }
  return concat(parts)
}

const target: FuzzTarget = {
  name: 'wire-bzip2',
  seeds: [
    encoded(utf8('hello hello hello')),
    encoded(utf8('<File Name="a" Size="1"/>\n'.repeat(40))),
    encoded(new Uint8Array(2_000)),
    concat([encoded(utf8('one')), encoded(utf8('two'))]),
  ],
  run(input) {
    const whole = attempt(() => decoded(input, Math.max(1, input.length)))
    const parts = attempt(() => decoded(input, 7))
    assert.equal(whole.ok, parts.ok)
    if (whole.ok && parts.ok) assert.deepEqual(whole.value, parts.value)
    assert.deepEqual(decoded(encoded(input), 64), input)
  },
}

export default target
