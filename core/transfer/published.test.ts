import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultError } from '../fault/fault.ts'
import type { Body } from '../network/facets.ts'
import { publishedDigests } from './published.ts'

const leaf = 16 * 1024 * 1024
const leaves = { leaf, algorithm: 'sha1', digestSize: 20 } as const

/** A body whose digests are the numbers of their leaves; answers come in the wrong order. */
function body(size: number, absent = -1): Body {
  let last = Promise.resolve()
  return {
    layout: { name: 'file', single: true, size, files: [{ path: ['file'], offset: 0, size }] },
    async digests(start, end) {
      const before = last
      const { promise, resolve } = Promise.withResolvers<void>()
      last = promise
      if (start % (64 * 1024 * 1024) === 0) await Promise.resolve()
      else await Promise.race([before, new Promise(setImmediate)])
      resolve()
      const count = Math.ceil((end - start) / leaf)
      const bytes = new Uint8Array(count * 20)
      for (let at = 0; at < count; at++) bytes.fill(start / leaf + at, at * 20, (at + 1) * 20)
      return { bytes, present: Uint8Array.from({ length: count }, (_, at) => Number(start / leaf + at !== absent)) }
    },
  }
}

test('digests of what is published stand in the order of its leaves, the last one shorter', async () => {
  const size = 9 * leaf + 5
  const told: number[] = []
  const options = { progress: (bytes: number) => told.push(bytes) }
  const all = await publishedDigests(body(size), leaves, options, new AbortController().signal)
  assert.equal(all.length, 10 * 20)
  for (let at = 0; at < 10; at++) assert.ok(all.subarray(at * 20, at * 20 + 20).every((byte) => byte === at))
  assert.equal(told.at(-1), size)
})

test('files that are gone, or a user who wants it no more, end it', async () => {
  const stop = new AbortController()
  await assert.rejects(
    publishedDigests(body(6 * leaf, 3), leaves, {}, stop.signal),
    (error) => error instanceof FaultError && error.fault.code === 'publish/changed',
  )
  stop.abort(new Error('no more'))
  await assert.rejects(publishedDigests(body(leaf), leaves, {}, stop.signal), /no more/)
})
