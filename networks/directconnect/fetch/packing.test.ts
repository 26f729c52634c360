import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Packing } from './packing.ts'

const mib = 1024 * 1024

test('small texts are asked for packed at once, large ones when the network has shown that it is slow', () => {
  const packing = new Packing()
  assert.ok(packing.wanted('Read me.TXT', 5_000))
  assert.ok(!packing.wanted('large.csv', mib))
  packing.measured(5_000, 10_000)
  assert.ok(!packing.wanted('large.csv', mib), 'too little to tell')
  packing.measured(mib, 500)
  assert.ok(packing.wanted('large.csv', 4 * mib))
  packing.measured(16 * mib, 500)
  assert.ok(!packing.wanted('large.csv', 4 * mib))
  assert.ok(!packing.wanted('small.csv', 5), 'the network is faster than any packing')
})

test('what is packed already is never asked for packed', () => {
  const packing = new Packing()
  packing.measured(mib, 10_000)
  for (const name of ['a.mkv', 'a.zip', 'a.jpg', 'a.iso', 'txt', 'a.', '', 'a.txt.gz'])
    assert.ok(!packing.wanted(name, 5), name)
})
