import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { FaultError } from '../fault/fault.ts'
import { hoursText, momentAt, parseHours, ratesAt, within } from './schedule.ts'

describe('hours', () => {
  it('are read and written', () => {
    assert.deepEqual(parseHours('Mon-Fri 08:00-18:30'), { days: [1, 2, 3, 4, 5], from: 480, to: 1110 })
    assert.deepEqual(parseHours('fri-mon 22:00-6:00').days, [0, 1, 5, 6])
    assert.deepEqual(parseHours('sat,sun 00:00-24:00'), { days: [0, 6], from: 0, to: 1440 })
    assert.equal(parseHours(' 1:00 - 2:00').days.length, 7)
    const days = fc
      .uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 })
      .map((list) => list.sort((a, b) => a - b))
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1440 }), (days, from, to) => {
        assert.deepEqual(parseHours(hoursText({ days, from, to })), { days, from, to })
      }),
    )
  })

  it('refuse anything else with a fault', () => {
    for (const text of [
      '',
      'mon',
      '25:00-26:00',
      '08:60-09:00',
      'foo 08:00-09:00',
      'mon-tue-wed 1:00-2:00',
      '24:00-1:00',
    ]) {
      assert.throws(
        () => parseHours(text),
        (error) => error instanceof FaultError && error.fault.code === 'limits/hours',
      )
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseHours(text)
        } catch (error) {
          assert.ok(error instanceof FaultError)
        }
      }),
    )
  })

  it('run past midnight into the next day', () => {
    const night = parseHours('fri 22:00-06:00')
    assert.equal(within(night, { day: 5, minute: 22 * 60 }), true)
    assert.equal(within(night, { day: 6, minute: 5 * 60 + 59 }), true)
    assert.equal(within(night, { day: 6, minute: 6 * 60 }), false)
    assert.equal(within(night, { day: 5, minute: 5 * 60 }), false)
    assert.equal(within(night, { day: 6, minute: 23 * 60 }), false)
  })

  it('choose the rates', () => {
    const work = { hours: parseHours('mon-fri 08:00-18:00'), rates: { down: 1000, up: 100 } }
    const usual = { down: 5000 }
    // 2024-01-01 was a Monday.
    const monday = Date.UTC(2024, 0, 1, 9, 30)
    assert.deepEqual(momentAt(monday, 0), { day: 1, minute: 570 })
    assert.deepEqual(momentAt(monday, -600), { day: 0, minute: 1410 })
    assert.deepEqual(momentAt(-1, 0), { day: 3, minute: 1439 })
    assert.equal(ratesAt(usual, [work], momentAt(monday, 0)), work.rates)
    assert.equal(ratesAt(usual, [work], momentAt(monday, -120)), usual)
  })
})
