import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outcome, retryAt, score, toldAgain, untried } from './score.ts'

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

test('who answers and has nothing is tried less often, up to every four minutes', () => {
  let track = untried
  const waits: number[] = []
  for (let n = 0; n < 7; n++) {
    track = outcome(track, { kind: 'idle' }, 0)
    waits.push(retryAt(track) / 1000)
  }
  assert.deepEqual(waits, [15, 30, 60, 120, 240, 240, 240])
})

test('a delivery forgives earlier failures', () => {
  const track = outcome(outcome(untried, { kind: 'unreachable' }, 0), { kind: 'delivered', bytes: 5 }, 7)
  assert.equal(retryAt(track), 7)
  assert.equal(track.delivered, 5)
})

test('who starts anew is tried again after seconds, once; who does so again without delivering is idle', () => {
  const first = outcome(outcome(untried, { kind: 'unreachable' }, 0), { kind: 'restarting' }, 1_000)
  assert.equal(retryAt(first), 6_000)
  const second = outcome(first, { kind: 'restarting' }, 6_000)
  assert.equal(retryAt(second), 21_000)
  const delivered = outcome(second, { kind: 'delivered', bytes: 5 }, 30_000)
  assert.equal(retryAt(delivered), 30_000)
  assert.equal(retryAt(outcome(delivered, { kind: 'restarting' }, 40_000)), 45_000)
})

test('what cannot be reached from here is tried again within a minute, however long that lasts; what failed before is not forgiven', () => {
  let track = untried
  for (let n = 0; n < 20; n++) track = outcome(track, { kind: 'cut-off' }, 0)
  assert.equal(retryAt(track), 60_000)
  let gone = untried
  for (let n = 0; n < 5; n++) gone = outcome(gone, { kind: 'unreachable' }, 0)
  assert.equal(retryAt(outcome(gone, { kind: 'cut-off' }, 0)), 240_000)
  assert.equal(retryAt(toldAgain(gone)), 120_000)
  assert.deepEqual(toldAgain(untried), untried)
})
