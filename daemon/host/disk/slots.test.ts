import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Slot } from '@kith/core/transfer/storage.ts'
import { SharedSlots } from './slots.ts'

function virtualClock() {
  let now = 0
  const timers: { at: number; callback: () => void }[] = []
  return {
    now: () => now,
    after(ms: number, callback: () => void): Disposable {
      const timer = { at: now + ms, callback }
      timers.push(timer)
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(timer), 1) }
    },
    pass(ms: number) {
      for (const end = now + ms; ;) {
        const next = timers.findIndex(({ at }) => at <= end)
        if (next < 0) return void (now = end)
        now = timers[next]!.at
        timers.splice(next, 1)[0]!.callback()
      }
    },
  }
}

test('memory is made when it is needed and bounded', () => {
  using slots = new SharedSlots({ clock: virtualClock(), slotBytes: 1024, memoryBytes: 3 * 1024 })
  assert.equal(slots.held, 0)
  const leased = [slots.lease(slots.size), slots.lease(slots.size), slots.lease(slots.size)]
  assert.equal(
    leased.every((slot) => slot?.bytes.length === 1024),
    true,
  )
  assert.equal(slots.free, 0)
  assert.equal(slots.lease(slots.size), undefined)
  leased[0]?.release()
  leased[0]?.release()
  assert.equal(slots.free, 1)
  assert.equal(slots.lease(slots.size)?.bytes, leased[0]?.bytes)
  assert.equal(slots.held, 3072)
})

test('who waits is told once, and not from inside a release', async () => {
  using slots = new SharedSlots({ clock: virtualClock(), slotBytes: 16, memoryBytes: 32 })
  const [first, second] = [slots.lease(slots.size) as Slot, slots.lease(slots.size) as Slot]
  let told = 0
  const watching = slots.watch(() => told++)
  first.release()
  second.release()
  assert.equal(told, 0)
  await Promise.resolve()
  assert.equal(told, 1)
  // There was memory already: nobody can be waiting.
  slots.lease(slots.size)?.release()
  await Promise.resolve()
  assert.equal(told, 1)
  watching[Symbol.dispose]()
  const all = [slots.lease(slots.size), slots.lease(slots.size)]
  all[0]?.release()
  await Promise.resolve()
  assert.equal(told, 1)
})

test('what was dropped is told when it is much', async () => {
  const clock = virtualClock()
  let told = 0
  using slots = new SharedSlots({ clock, dropped: () => told++ })
  const lease = (count: number): void => {
    const leased = Array.from({ length: count }, () => slots.lease(slots.size) as Slot)
    for (const slot of leased) slot.release()
  }
  lease(7)
  clock.pass(60_000)
  await Promise.resolve()
  assert.equal(told, 0)
  lease(8)
  clock.pass(60_000)
  await Promise.resolve()
  assert.equal(told, 1)
})

test('memory that rests for long is given back', () => {
  const clock = virtualClock()
  using slots = new SharedSlots({ clock, slotBytes: 16, memoryBytes: 64 })
  const leased = Array.from({ length: 4 }, () => slots.lease(slots.size) as Slot)
  for (const slot of leased) slot.release()
  clock.pass(20_000)
  slots.lease(slots.size)?.release()
  clock.pass(11_000)
  assert.equal(slots.held, 16)
  clock.pass(60_000)
  assert.equal(slots.held, 0)
  assert.equal(slots.free, 4)
})

test('short leases share slots: nobody has the bytes of another, and all of it comes back', () => {
  const slotBytes = 128 * 1024
  fc.assert(
    fc.property(
      fc.array(fc.record({ length: fc.integer({ min: 1, max: slotBytes }), release: fc.nat() }), { maxLength: 120 }),
      (steps) => {
        using slots = new SharedSlots({ clock: virtualClock(), slotBytes, memoryBytes: 3 * slotBytes })
        const leased: { readonly slot: Slot; readonly length: number; readonly mark: number }[] = []
        const giveBack = (at: number): void => {
          const [{ slot, length, mark }] = leased.splice(at, 1) as [(typeof leased)[number]]
          assert.equal(
            slot.bytes.subarray(0, length).every((byte) => byte === mark),
            true,
          )
          slot.release()
          slot.release()
        }
        for (const [index, { length, release }] of steps.entries()) {
          const has = slots.has(length)
          const slot = slots.lease(length)
          assert.equal(slot !== undefined, has)
          if (slot !== undefined) {
            assert.ok(slot.bytes.length >= length)
            slot.bytes.fill(index % 256, 0, length)
            leased.push({ slot, length, mark: index % 256 })
          }
          assert.ok(slots.held <= 3 * slotBytes)
          if (release % 3 === 0 && leased.length > 0) giveBack(release % leased.length)
        }
        while (leased.length > 0) giveBack(0)
        assert.equal(slots.free, 3)
      },
    ),
  )
})

test('who waits is told when a part of a slot is free again', async () => {
  using slots = new SharedSlots({ clock: virtualClock(), slotBytes: 64 * 1024, memoryBytes: 64 * 1024 })
  const parts = Array.from({ length: 4 }, () => slots.lease(16 * 1024) as Slot)
  assert.equal(slots.has(1), false)
  let told = 0
  using _ = slots.watch(() => told++)
  parts[2]?.release()
  await Promise.resolve()
  assert.equal(told, 1)
  assert.equal(slots.has(16 * 1024), true)
  assert.equal(slots.has(40 * 1024), false)
})
