import assert from 'node:assert/strict'
import { test } from 'node:test'
import { budgets } from '@kith/core/limits/tree.ts'
import { defaults } from '@kith/core/network/schema.ts'
import { value } from '@kith/core/value/value.ts'
import { speed as schema } from './config/settings.ts'
import { systemClock } from './host/clock.ts'
import { Speed } from './speed.ts'

test('a limit that is set holds at once, also between machines of the local network where that is wanted', () => {
  const clock = systemClock()
  const root = budgets(clock)
  const settings = value(defaults(schema))
  using _speed = new Speed(clock, root, settings)

  settings.set({ ...settings.current, down: 512 })
  assert.equal(root.unlimited('down'), false)
  assert.equal(root.local.unlimited('down'), true)
  settings.set({ ...settings.current, limitLocal: true })
  assert.equal(root.local.unlimited('down'), false)
  settings.set({ ...settings.current, down: 0 })
  assert.deepEqual([root.unlimited('down'), root.local.unlimited('down')], [true, true])
})
