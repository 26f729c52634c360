import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ago, duration, fullRate, percent, rate, ratio, size } from './format.ts'

test('sizes have at most three figures and the largest fitting unit', () => {
  assert.equal(size(0), '0 bytes')
  assert.equal(size(1), '1 byte')
  assert.equal(size(999), '999 bytes')
  assert.equal(size(1_000), '1 kB')
  assert.equal(size(1_234_567), '1.23 MB')
  assert.equal(size(12_345_678_901), '12.3 GB')
  assert.equal(size(123_456_789_012_345), '123 TB')
  assert.equal(size(undefined), '')
})

test('a size that would be rounded to a thousand takes the next unit', () => {
  assert.equal(size(999_499), '999 kB')
  assert.equal(size(999_999), '1 MB')
  assert.equal(size(999_999_999), '1 GB')
})

test('a rate of nothing is blank, but in full it is written', () => {
  assert.equal(rate(0), '')
  assert.equal(rate(0.4), '')
  assert.equal(rate(undefined), '')
  assert.equal(rate(3_210_000), '3.21 MB/s')
  assert.equal(fullRate(0), '0 byte/s')
})

test('nothing is 100 % before all of it is there', () => {
  assert.equal(percent(0), '0%')
  assert.equal(percent(0.9999), '99.9%')
  assert.equal(percent(1), '100%')
  fc.assert(fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (s) => percent(s) !== '100%'))
})

test('ratios', () => {
  assert.equal(ratio(0), '')
  assert.equal(ratio(1.005), '1.01')
  assert.equal(ratio(12), '12.00')
})

test('durations have two units', () => {
  assert.equal(duration(0), '0s')
  assert.equal(duration(61), '1m 1s')
  assert.equal(duration(7_200), '2h')
  assert.equal(duration(93_784), '1d 2h')
  assert.equal(duration(undefined), '')
  assert.equal(duration(Infinity), '')
})

test('times past and to come', () => {
  const now = 1_800_000_000_000
  assert.equal(ago(now - 5_000, now), '5 seconds ago')
  assert.equal(ago(now - 180_000, now), '3 minutes ago')
  assert.equal(ago(now - 26 * 3_600_000, now), 'yesterday')
  assert.equal(ago(now + 900_000, now), 'in 15 minutes')
})
