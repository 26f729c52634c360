import assert from 'node:assert/strict'
import { concat, equal, fromHex, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { lengthPrefixed, terminated } from '@kith/wire/framing.ts'
import type { Framer } from '@kith/wire/framing.ts'
import type { FuzzTarget } from '../target.ts'

/** Frames and what was left, or the fault; `step` bytes at a time. */
function cut(framer: Framer, input: Uint8Array, step: number): readonly Uint8Array[] | string {
  const frames: Uint8Array[] = []
  const result = attempt(() => {
    for (let at = 0; at < input.length; at += step) {
      for (const frame of framer.frames(input.slice(at, at + step))) frames.push(frame.slice())
    }
  })
  return result.ok ? [...frames, framer.rest()] : result.fault.code
}

function same(make: () => Framer, input: Uint8Array): void {
  const whole = cut(make(), input, Math.max(1, input.length))
  for (const step of [1, 3, 7]) {
    const parts = cut(make(), input, step)
    if (typeof whole === 'string' || typeof parts === 'string') assert.equal(parts, whole)
    else assert.ok(parts.length === whole.length && equal(concat(parts), concat(whole)))
  }
}

const target: FuzzTarget = {
  name: 'wire-framing',
  seeds: [
    fromHex('000000010900000000000000020102')!,
    utf8('$Hello a|$Key b|c'),
    utf8('GET / HTTP/1.1\r\nA: b\r\n\r\n'),
  ],
  run(input) {
    same(() => lengthPrefixed(64), input)
    same(() => terminated(utf8('|'), 64), input)
    same(() => terminated(utf8('\r\n\r\n'), 64), input)
  },
}

export default target
