import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '@kith/core/content/digest.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { defaults } from '@kith/core/network/schema.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import { value } from '@kith/core/value/value.ts'
import { encode } from '@kith/wire/bencode.ts'
import { Member } from './member.ts'
import { settings } from './settings.ts'
import { emptyHint, encodeHint } from './wire/hint.ts'

const info = encode({ length: 5, name: 'a', 'piece length': 16_384, pieces: new Uint8Array(20) })

for (const [name, hint] of [
  ['is damaged', Uint8Array.of(1, 2, 3)],
  ['is the description of nothing', encodeHint({ ...emptyHint, info: encode({ name: 'a' }) })],
  ['contradicts what others know', encodeHint({ ...emptyHint, info })],
] as const)
  test(`a torrent of which what is kept ${name} is a trouble of its own, and no failure of the network`, async () => {
    const host = {
      clock: { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
      random: { number: () => 0, bytes: (length: number) => new Uint8Array(length) },
      self: { program: 'Kith', version: '0.1.0', device: 'test' },
      net: { port: 1 },
    } as unknown as Host
    await using member = new Member(host, defaults(settings))
    const troubles: (Fault | undefined)[] = []
    const subject = {
      id: 't',
      content: { digests: [digestOf('btih', new Uint8Array(20))] },
      layout: value(undefined),
      stage: value('looking'),
      hint: () => hint,
      describe() {
        throw fail('input', 'transfer/contradiction', 'Two networks describe these bytes differently')
      },
      trouble: (_: string, fault: Fault | undefined) => troubles.push(fault),
    } as unknown as Subject
    await member.fetch.work(subject, new AbortController().signal)
    assert.equal(troubles.length, 1)
    assert.equal(troubles[0]?.kind, 'input')
    assert.equal(member.gateways.list().length, 0)
  })

test('dials under way count for the limit of all connections', async () => {
  const dialled: string[] = []
  const host = {
    clock: new Hours(),
    random: { number: () => 0, bytes: (length: number) => new Uint8Array(length) },
    self: { program: 'Kith', version: '0.1.0', device: 'test' },
    net: {
      port: 1,
      connect: (to: Endpoint) => {
        dialled.push(to.host)
        return new Promise(() => {})
      },
    },
  } as unknown as Host
  await using member = new Member(host, { ...defaults(settings), connections: 12 })
  const stop = new AbortController()
  const works = [1, 2, 3].map((torrent) => {
    const peers = Array.from({ length: 20 }, (_, at) => ({ host: `198.51.${torrent}.${at + 1}`, port: 80 }))
    const subject = {
      id: `${torrent}`,
      content: { digests: [digestOf('btih', new Uint8Array(20).fill(torrent))] },
      layout: value(undefined),
      stage: value('looking'),
      hint: () => encodeHint({ ...emptyHint, peers }),
      keep() {},
      watchHad: () => ({ [Symbol.dispose]() {} }),
    } as unknown as Subject
    return member.fetch.work(subject, stop.signal)
  })
  assert.equal(dialled.length, 12)
  stop.abort()
  await Promise.all(works)
})
