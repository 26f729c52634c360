import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choice, defaults, flag, integer, list, schema, text } from './schema.ts'

const base = { description: 'x' }

test('fields read what people write, and say what is wrong', () => {
  const port = integer({ ...base, default: 7, minimum: 1, maximum: 9 })
  assert.deepEqual(port.parse('5'), { ok: true, value: 5 })
  assert.deepEqual(port.parse(10), { ok: false, problem: 'has to be between 1 and 9' })
  assert.deepEqual(port.parse(1.5), { ok: false, problem: 'has to be a whole number' })
  assert.deepEqual(flag({ ...base, default: false }).parse('on'), { ok: true, value: true })
  assert.equal(flag({ ...base, default: false }).parse('maybe').ok, false)
  assert.deepEqual(list({ ...base, default: [] }).parse('a, b,'), { ok: true, value: ['a', 'b'] })
  assert.equal(list({ ...base, default: [] }).parse([1]).ok, false)
  assert.equal(choice({ ...base, default: 'a', choices: ['a', 'b'] }).parse('c').ok, false)
  assert.equal(text({ ...base, default: '', maximum: 3 }).parse('long').ok, false)
})

test('defaults come from the schema', () => {
  const of = schema<{ port: number; on: boolean }>({
    port: integer({ ...base, default: 1 }),
    on: flag({ ...base, default: true }),
  })
  assert.deepEqual(defaults(of), { port: 1, on: true })
})
