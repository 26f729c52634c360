import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcome, retryAt, score, untried } from './score.ts'

test('failures double the wait, up to half an hour', () => {
  let track = untried
  const waits: number[] = []
  for (let n = 0; n < 9; n++) {
    track = outcome(track, { kind: 'unreachable' }, 0)
    waits.push(retryAt(track) / 1000)
  }
  assert.deepEqual(waits, [15, 30, 60, 120, 240, 480, 960, 1800, 1800])
})

test('who delivered comes before who was never tried, and that one before who failed', () => {
  const good = outcome(untried, { kind: 'delivered', bytes: 1e6 }, 0)
  const bad = outcome(untried, { kind: 'unreachable' }, 0)
  assert.ok(score(good) > score(untried))
  assert.ok(score(untried) > score(bad))
})

test('a delivery forgives earlier failures', () => {
  const track = outcome(outcome(untried, { kind: 'unreachable' }, 0), { kind: 'delivered', bytes: 5 }, 7)
  assert.equal(retryAt(track), 7)
  assert.equal(track.delivered, 5)
})
