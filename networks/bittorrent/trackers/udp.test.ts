import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Datagrams } from '@kith/core/network/net.ts'
import { UdpTrackers } from './udp.ts'

test('a socket that cannot be opened after all is in nobody’s way', async () => {
  const opening = Promise.withResolvers<Datagrams>()
  const trackers = new UdpTrackers({
    clock: { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
    random: { number: () => 0, bytes: (length) => new Uint8Array(length) },
    net: { datagrams: () => opening.promise } as never,
  })
  const asked = trackers.scrape({ host: '10.0.0.1', port: 1 }, new Uint8Array(20), new AbortController().signal)
  const code = asked.catch((error: unknown) => faultOf(error).code)
  const disposed = trackers[Symbol.asyncDispose]()
  opening.reject(fail('local', 'net/port-taken', 'No port is free'))
  await disposed
  assert.equal(await code, 'net/port-taken')
})
