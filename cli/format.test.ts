import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bar, clip, durationText, parseDuration, parseSize, percentText, sizeText, table, width } from './format.ts'

test('sizes have three digits at most', () => {
  assert.equal(sizeText(0), '0 B')
  assert.equal(sizeText(999), '999 B')
  assert.equal(sizeText(1000), '1.0 KiB')
  assert.equal(sizeText(1536 * 1024), '1.5 MiB')
  assert.equal(sizeText(150 * 1024 ** 3), '150 GiB')
  assert.equal(sizeText(undefined), '?')
})

test('durations show the two largest units', () => {
  assert.equal(durationText(0), '0 s')
  assert.equal(durationText(75), '1 min 15 s')
  assert.equal(durationText(3600), '1 h')
  assert.equal(durationText(90_061), '1 d 1 h')
  assert.equal(durationText(undefined), '')
})

test('100 % is said only of what is complete', () => {
  assert.equal(percentText(0.99999), '99.9 %')
  assert.equal(percentText(1), '100 %')
})

test('sizes are read as people write them', () => {
  assert.equal(parseSize('500k'), 512_000)
  assert.equal(parseSize('2.5 MiB'), 2_621_440)
  assert.equal(parseSize('10M/s'), 10_485_760)
  assert.equal(parseSize('7'), 7)
  for (const bad of ['', 'k', '-1', '1x', '1 2', 'NaN']) assert.equal(parseSize(bad), undefined, bad)
})

test('a clipped text is never wider than asked, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      const clipped = clip(text, columns)
      assert.ok(width(clipped) <= columns)
      assert.doesNotMatch(clipped, /\p{Cc}/u)
    }),
  )
})

test('a bar has the width it was asked for', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 50 }), (share, columns) => {
      assert.equal(bar(share, columns).length, columns)
    }),
  )
})

test('columns line up', () => {
  assert.equal(
    table(
      [
        ['a', '1', 'x'],
        ['long', '100', 'y'],
      ],
      new Set([1]),
    ),
    'a       1  x\nlong  100  y',
  )
})

test('times are read', () => {
  assert.deepEqual(['30m', '1h', '2d', '90 s', '5min'].map(parseDuration), [1800, 3600, 172_800, 90, 300])
  assert.deepEqual(['', '1', 'h', '-1h', '1w', '1h30m'].map(parseDuration), Array(6).fill(undefined))
})

test('the end of a line in a cell begins no row', () => {
  assert.equal(
    table([
      ['a', 'x\nb  y'],
      ['c', 'z'],
    ]),
    'a  x\ufffdb  y\nc  z',
  )
})
