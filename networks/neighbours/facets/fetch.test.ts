import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, type Fault } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Description, Subject } from '@kith/core/transfer/subject.ts'
import { value } from '@kith/core/value/value.ts'
import { encode } from '@kith/wire/bencode.ts'
import type { Book } from '../book.ts'
import type { Lines } from '../lines.ts'
import { manifestDigest } from '../wire/manifest.ts'
import { fetch } from './fetch.ts'

const device = '11'.repeat(32)
const description = { name: 'a.bin', leaf: 65_536, leaves: new Uint8Array(32), length: 5 }

/** What a transfer is told when a paired device gives this manifest, which is the one that was asked for. */
async function told(manifest: Uint8Array<ArrayBuffer>) {
  const trouble: (Fault | undefined)[] = []
  const described: Description[] = []
  const kept: Uint8Array[] = []
  const stop = new AbortController()
  const subject = {
    content: { digests: [manifestDigest(manifest)], name: 'a.bin', size: 5 },
    layout: value(undefined),
    stage: value('looking'),
    hint: () => undefined,
    keep: (_: string, hint: Uint8Array) => void kept.push(hint),
    describe: (one: Description) => void described.push(one),
    trouble: (_: string, fault: Fault | undefined) => void trouble.push(fault),
    missing: () => 5,
    banned: () => false,
  } as unknown as Subject
  const world = {
    host: {
      clock: {
        now: () => 0,
        // Nobody is asked twice.
        after: () => ({ [Symbol.dispose]() {} }),
      },
      log: { debug: () => queueMicrotask(() => stop.abort()) },
    } as unknown as Host,
    book: {
      isPaired: () => true,
      friends: [device],
      all: value([]),
      get: () => undefined,
    } as unknown as Book,
    lines: {
      ask: async () => ({ status: 200, body: new Blob([manifest]).stream() }),
      to: async () => {
        throw fail('gone', 'test/described', 'That is all that is looked at here')
      },
    } as unknown as Lines,
    nameOf: (id: string) => id.slice(0, 8),
    running: new Map(),
  }
  await fetch(world)
    .work(subject, stop.signal)
    .catch(() => {})
  return { trouble: trouble.map((fault) => fault?.code), described: described.length, kept: kept.length }
}

test('of a manifest that cannot be read the user hears, and nothing of it is kept', async () => {
  const newer = encode({ ...description, hash: 'blake9' })
  assert.deepEqual(await told(newer), { trouble: ['neighbours/manifest-newer'], described: 0, kept: 0 })
  const broken = encode({ ...description, leaf: 7 })
  assert.deepEqual(await told(broken), { trouble: ['neighbours/manifest'], described: 0, kept: 0 })
  for (const hash of ['blake3', undefined]) {
    assert.deepEqual(await told(encode({ ...description, hash })), { trouble: [], described: 1, kept: 1 })
  }
})
