import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KEY_BYTES, lengthOf, opener, SEAL_BYTES, sealer } from './datagrams.ts'
import { Replays, WINDOW } from './replays.ts'

const key = new Uint8Array(KEY_BYTES).fill(7)
const seal = (plain: Uint8Array, with_ = sealer(key, 5)): Uint8Array => {
  const into = new Uint8Array(plain.length + SEAL_BYTES)
  assert.equal(with_.seal(plain, into, 0), into.length)
  return into
}

test('what is sealed is opened, once', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 20 }), (all) => {
      const ours = sealer(key, 5)
      const theirs = opener(key, 5)
      for (const plain of all) {
        const sealed = seal(plain, ours)
        assert.deepEqual({ ...theirs.open(sealed)! }, { plain, newest: true })
        assert.equal(theirs.open(sealed), undefined)
      }
    }),
  )
})

test('any changed bit, another key and another index are refused', () => {
  const sealed = seal(new Uint8Array([1, 2, 3]))
  fc.assert(
    fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
      const changed = sealed.slice()
      changed[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(opener(key, 5).open(changed), undefined)
    }),
  )
  assert.equal(opener(new Uint8Array(KEY_BYTES), 5).open(sealed), undefined)
  assert.equal(opener(key, 6).open(sealed), undefined)
  assert.ok(opener(key, 5).open(sealed) !== undefined)
})

test('garbage is refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => opener(key, 5).open(bytes) === undefined))
})

test('several in one piece are told apart by their lengths', () => {
  const ours = sealer(key, 5)
  const into = new Uint8Array(100)
  const first = ours.seal(new Uint8Array(10), into, 0)
  const second = ours.seal(new Uint8Array(3), into, first)
  assert.equal(lengthOf(into, 0), first)
  assert.equal(lengthOf(into.subarray(0, first + second), first), second)
  assert.equal(lengthOf(into.subarray(0, first - 1), 0), undefined)
})

test('the window accepts each counter once, in any order, as a set does', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(WINDOW * 3), { maxLength: 400 }), (counters) => {
      const replays = new Replays()
      const seen = new Set<number>()
      let highest = -1
      for (const counter of counters) {
        const fresh = !seen.has(counter) && counter > highest - WINDOW
        assert.equal(replays.fresh(counter), fresh)
        if (!fresh) continue
        assert.equal(replays.add(counter), counter > highest)
        seen.add(counter)
        highest = Math.max(highest, counter)
      }
    }),
  )
})
