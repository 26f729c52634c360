import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Info } from './messages.ts'
import { GONE_MS, idOf, SeenDevices } from './seen.ts'

const phone: Info = { alias: 'Phone', model: 'X', fingerprint: 'ab'.repeat(32), port: 53_317, protocol: 'https' }

test('nobody gets what is meant for a device by saying that it speaks without a certificate now', () => {
  const seen = new SeenDevices()
  seen.heard('192.0.2.1', phone, 1)
  const said = seen.heard('192.0.2.66', { ...phone, protocol: 'http' }, 2)
  assert.deepEqual([said.host, said.info.protocol], ['192.0.2.1', 'https'])
  assert.deepEqual(seen.get(idOf(phone)), said)
  // It is not heard by that either: when it has gone it is gone.
  assert.ok(seen.tick(1 + GONE_MS))
  assert.equal(seen.get(idOf(phone)), undefined)
})

test('a device that has moved is where it was heard last', () => {
  const seen = new SeenDevices()
  seen.heard('192.0.2.1', { ...phone, protocol: 'http' }, 1)
  seen.heard('192.0.2.2', phone, 2)
  assert.equal(seen.heard('192.0.2.3', phone, 3).host, '192.0.2.3')
})
