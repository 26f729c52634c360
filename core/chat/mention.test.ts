import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mentions } from './mention.ts'

test('a name counts as a word of its own, in any case', () => {
  for (const text of ['kith: hello', 'hello Kith', 'well, KITH!', '(kith)', 'kithy kith', 'kith'])
    assert.ok(mentions(text, 'Kith'), text)
  for (const text of ['kithy', 'unkith', 'kith_1', 'kith2', 'ki th', 'ékith', ''])
    assert.ok(!mentions(text, 'Kith'), text)
  assert.ok(mentions('hey [op]anna|away, look', '[OP]anna|away'))
  assert.ok(!mentions('anything', ''))
})

test('any text and any name', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (text, name) => void mentions(text, name)))
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => mentions(`: ${name} !`, name) || name.toLowerCase() !== name),
  )
})
