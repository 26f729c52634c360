import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transferCheck } from './transfer-check.ts'

test('a transfer that this machine stops is a matter for the doctor, one that waits for others is none', () => {
  const waits = { kind: 'unavailable', code: 'transfer/no-document', message: 'Nobody is there' } as const
  const full = { kind: 'local', code: 'disk/full', message: 'The disk is full', hint: 'Free some space.' } as const
  assert.equal(transferCheck([undefined, waits]).ok, true)
  assert.deepEqual(transferCheck([undefined, waits, full]), {
    name: 'transfers',
    ok: false,
    message: 'The disk is full',
    hint: 'Free some space.',
  })
})
