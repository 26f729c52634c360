import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, fromHex, latin1, utf8 } from './bytes.ts'
import { attempt } from './fault.ts'
import { lengthPrefixed, terminated } from './framing.ts'
import type { Framer } from './framing.ts'
import { Writer } from './writer.ts'

function feed(framer: Framer, bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const frames: Uint8Array[] = []
  let at = 0
  for (const cut of [...cuts, bytes.length].sort((one, other) => one - other)) {
    const end = Math.min(cut, bytes.length)
    // As a socket does it: the buffer is another thing afterwards.
    const chunk = bytes.slice(at, end)
    for (const frame of framer.frames(chunk)) frames.push(frame.slice())
    chunk.fill(0xee)
    at = end
  }
  return frames
}

const code = (run: () => unknown): string | undefined => {
  const result = attempt(run)
  return result.ok ? undefined : result.fault.code
}

test('length-prefixed frames come out whole, however they are cut', () => {
  const frame = fc.uint8Array({ maxLength: 40 })
  fc.assert(
    fc.property(fc.array(frame), frame, fc.array(fc.nat(400)), (frames, tail, cuts) => {
      const writer = new Writer()
      for (const frame of frames) writer.u32be(frame.length).bytes(frame)
      const partial = new Writer().u32be(41).bytes(tail).finish()
      const framer = lengthPrefixed(41)
      const bytes = concat([writer.finish(), partial])
      assert.deepEqual(
        feed(framer, bytes, cuts),
        frames.map((frame) => new Uint8Array(frame)),
      )
      assert.deepEqual(framer.rest(), partial)
      assert.equal(framer.rest().length, 0)
    }),
  )
})

test('terminated frames come out whole, however they are cut', () => {
  for (const terminator of ['|', '\r\n', '\r\n\r\n', 'aab']) {
    const text = fc.string({ unit: fc.constantFrom('a', 'c', '\r', '\n', 'x'), maxLength: 20 })
    const word = text.filter((word) => !`${word}${terminator}`.slice(0, -1).includes(terminator))
    fc.assert(
      fc.property(fc.array(word), word, fc.array(fc.nat(200)), (words, tail, cuts) => {
        const framer = terminated(utf8(terminator), 20)
        const bytes = utf8([...words, tail].join(terminator))
        const expected = bytes.length === 0 ? [] : latin1(bytes).split(terminator)
        const rest = expected.pop() ?? ''
        assert.deepEqual(feed(framer, bytes, cuts).map(latin1), expected)
        assert.equal(latin1(framer.rest()), rest)
      }),
    )
  }
})

test('too long is a fault as soon as it shows', () => {
  assert.equal(
    code(() => feed(lengthPrefixed(5), fromHex('00000006')!, [])),
    'wire/frame-too-long',
  )
  assert.equal(
    code(() => feed(lengthPrefixed(5), fromHex('ffffffff')!, [1, 2, 3])),
    'wire/frame-too-long',
  )
  assert.equal(
    code(() => feed(lengthPrefixed(5), fromHex('0000000501')!, [])),
    undefined,
  )
  for (const cuts of [[], [1], [3], [5], [6], [1, 2, 3, 4, 5, 6, 7]]) {
    const run = (text: string, terminator: string): string | undefined =>
      code(() => feed(terminated(utf8(terminator), 5), utf8(text), cuts))
    assert.equal(run('12345|', '|'), undefined, cuts.join())
    assert.equal(run('123456|', '|'), 'wire/frame-too-long', cuts.join())
    assert.equal(run('123456', '|'), 'wire/frame-too-long', cuts.join())
    assert.equal(run('12345\r\n', '\r\n'), undefined, cuts.join())
    assert.equal(run('1234567', '\r\n'), 'wire/frame-too-long', cuts.join())
    assert.equal(run('12345', '|'), undefined, cuts.join())
  }
})

test('leaving the iteration keeps the bytes after the frame', () => {
  for (const cuts of [[], [2]]) {
    const framer = terminated(utf8('|'), 20)
    const bytes = utf8('hello|binary|more')
    const first = cuts[0] ?? 0
    for (const _ of framer.frames(bytes.subarray(0, first))) assert.fail()
    for (const frame of framer.frames(bytes.subarray(first))) {
      assert.equal(latin1(frame), 'hello')
      break
    }
    assert.equal(latin1(framer.rest()), 'binary|more')
  }
})

test('a frame within one chunk is a view of it', () => {
  const chunk = fromHex('0000000201020000000103')!
  for (const frame of lengthPrefixed(10).frames(chunk)) assert.equal(frame.buffer, chunk.buffer)
})

test('a huge announcement takes no memory before bytes come', () => {
  const framer = lengthPrefixed(2 ** 31)
  for (const _ of framer.frames(fromHex('7fffffff00')!)) assert.fail()
  assert.equal(framer.rest().length, 5)
})
