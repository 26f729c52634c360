import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaults } from '@kith/core/network/schema.ts'
import { settings } from './settings.ts'

test('every default is a value that its own field takes', () => {
  for (const [key, field] of Object.entries(settings.fields)) {
    assert.deepEqual(field.parse(field.default), { ok: true, value: field.default }, key)
    assert.match(field.description, /\.$/, key)
  }
  assert.equal(defaults(settings).directoryPort, 6_969)
})

test('values out of range are refused in words', () => {
  assert.deepEqual(settings.fields.port.parse(65_536), { ok: false, problem: 'has to be between 0 and 65535' })
  assert.equal(settings.fields.uploadSlots.parse(0).ok, false)
  assert.equal(settings.fields.directoryInterval.parse('5').ok, false)
})
