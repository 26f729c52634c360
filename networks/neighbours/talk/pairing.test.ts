import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { answered, asking, commitmentTo, PAIRING_MS, shownByAsked, shownByAsker } from './pairing.ts'

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe('pairing', () => {
  it('shows the same six digits on both sides', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, bytes, (ann, bob, first, second) => {
        const here = shownByAsker(asking(first, 1_000), ann, bob, second)
        const there = shownByAsked(answered(second, commitmentTo(first), 1_000), ann, bob, first)
        assert.match(here.digits, /^\d{6}$/)
        assert.equal(there?.digits, here.digits)
        assert.equal(here.until, 1_000 + PAIRING_MS)
      }),
    )
  })

  it('shows other digits when somebody stands between, or numbers are used again', () => {
    const [ann, bob, eve, first, second] = [1, 2, 3, 4, 5].map((value) => new Uint8Array(32).fill(value))
    const honest = shownByAsker(asking(first!, 0), ann!, bob!, second!).digits
    assert.notEqual(shownByAsker(asking(first!, 0), ann!, eve!, second!).digits, honest)
    assert.notEqual(shownByAsker(asking(second!, 0), ann!, bob!, second!).digits, honest)
    assert.notEqual(shownByAsker(asking(first!, 0), bob!, ann!, second!).digits, honest)
  })

  it('refuses a number that nobody committed to', () => {
    const [ann, bob, first, second, third] = [1, 2, 3, 4, 5].map((value) => new Uint8Array(32).fill(value))
    const waiting = answered(second!, commitmentTo(first!), 0)
    assert.equal(shownByAsked(waiting, ann!, bob!, third!), undefined)
    assert.notEqual(shownByAsked(waiting, ann!, bob!, first!), undefined)
  })
})
