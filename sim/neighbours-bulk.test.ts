import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { Bulk, BULK_BYTES } from '@kith/neighbours/data/bulk.ts'
import type { BulkLine } from '@kith/neighbours/data/bulk-take.ts'
import { Cells, full, gone, Line, MIB, turns } from './world/bulk-cells.ts'
import { VirtualClock } from './world/time.ts'

function bulk(cells: Cells, open: () => Promise<BulkLine | undefined>, missing = BULK_BYTES) {
  const clock = new VirtualClock()
  const told = { came: 0, changed: 0, opened: 0 }
  const one = new Bulk({
    port: cells.port,
    clock,
    missing: () => missing,
    open: () => {
      told.opened++
      return open()
    },
    came: (bytes) => (told.came += bytes),
    changed: () => told.changed++,
  })
  return { one, clock, told }
}

test('threads are for a device that is fast, and for much', async () => {
  const cells = () => new Cells(Array.from({ length: 3 }, () => MIB))
  const slow = bulk(cells(), async () => new Line())
  for (let second = 0; second < 60; second++) {
    slow.one.ordinary(8 * MIB)
    await slow.clock.until(() => false, 1_000)
  }
  assert.equal(slow.told.opened, 1, 'only what came at once, at the very beginning')
  const little = bulk(cells(), async () => new Line(), BULK_BYTES - 1)
  for (let times = 0; times < 100; times++) little.one.ordinary(MIB)
  assert.equal(little.told.opened, 0)
})

test('a line that cannot be had is not asked for again, and one that ended well may be', async () => {
  const cells = () => new Cells([MIB, MIB])
  for (const open of [async () => undefined, async () => Promise.reject(new FaultError(gone))]) {
    const none = bulk(cells(), open)
    for (let times = 0; times < 100; times++) {
      none.one.ordinary(MIB)
      await turn()
    }
    assert.equal(none.told.opened, 1)
    assert.equal(none.one.asks, false)
  }
  const lines: Line[] = []
  const again = bulk(new Cells([MIB, MIB]), async () => {
    const line = new Line()
    lines.push(line)
    return line
  })
  again.one.ordinary(8 * MIB)
  await turns()
  assert.equal(again.one.asks, false, 'all that there was is asked for')
  assert.equal(again.one.ahead, 2 * MIB)
  lines[0]!.answer()
  lines[0]!.answer()
  await turns()
  assert.equal(again.one.ahead, 0)
  assert.equal(again.told.came, 2 * MIB)
  again.one.ordinary(8 * MIB)
  await turns()
  assert.equal(lines.length, 2)
})

test('a line that broke is not replaced, also when it breaks at once', async () => {
  for (const atOnce of [true, false]) {
    const cells = new Cells(Array.from({ length: 90 }, () => MIB))
    if (atOnce) cells.place = () => Promise.reject(new FaultError(full))
    const line = new Line()
    const { one, told } = bulk(cells, async () => line)
    one.ordinary(8 * MIB)
    await turns()
    line.fail(gone)
    await turns()
    assert.equal(one.asks, false)
    for (let times = 0; times < 20; times++) {
      one.ordinary(8 * MIB)
      await turn()
    }
    assert.equal(told.opened, 1)
    assert.ok(told.changed >= 1)
  }
})

test('what is closed while its line is being opened closes that', async () => {
  const opened = Promise.withResolvers<BulkLine | undefined>()
  const line = new Line()
  const { one } = bulk(new Cells([MIB]), () => opened.promise)
  one.ordinary(8 * MIB)
  one.close(gone)
  opened.resolve(line)
  await turns()
  assert.notEqual(line.closed, undefined)
  assert.equal(one.asks, false)
})

test('what is abandoned, as when the bytes are described anew, may begin again; what is closed does not', async () => {
  const lines: Line[] = []
  const { one } = bulk(new Cells(Array.from({ length: 90 }, () => MIB)), async () => {
    const line = new Line()
    lines.push(line)
    return line
  })
  one.ordinary(8 * MIB)
  await turns()
  assert.ok(one.asks)
  one.abandon()
  await turns()
  assert.deepEqual([one.asks, one.ahead], [false, 0])
  assert.notEqual(lines[0]!.closed, undefined)
  one.ordinary(8 * MIB)
  await turns()
  assert.ok(one.asks)
  assert.equal(lines.length, 2)
  one.close()
  await turns()
  one.ordinary(8 * MIB)
  await turns()
  assert.equal(lines.length, 2)
})
