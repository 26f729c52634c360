import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fail } from '@kith/core/fault/fault.ts'
import type { Entry } from './entry.ts'
import { bytes, hintOfBytes, Kept, scratch, wish } from './test-kit/kept.ts'

/** Waits for a state, generously. */
async function until(is: () => boolean): Promise<void> {
  const late = AbortSignal.timeout(60_000)
  while (!is()) {
    late.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

const isOver = (entry: Entry) => () => entry.transfer === undefined
const all = { had: [{ start: 0, end: bytes.length }] }

test('what is being checked and is wanted meanwhile is worked for', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using daemon = await kept.open(folder.path)
  const { entry } = await daemon.transfers.add(wish('a', hintOfBytes), { paused: true })
  await entry.recheck()
  assert.equal(daemon.worked.length, 0)
  await entry.resume()
  assert.equal(daemon.worked.length, 1)
  await entry.transfer?.opened()
  assert.notEqual(entry.transfer, undefined)
  await entry.pause()
  assert.ok(isOver(entry)())
})

test('what is checked once more is checked to the end, and rests afterwards', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using daemon = await kept.open(folder.path)
  await writeFile(join(folder.path, 'a'), bytes)
  const { entry } = await daemon.transfers.add(wish('a', hintOfBytes), { paused: true })
  await Promise.all([entry.recheck(), entry.recheck(), entry.recheck()])
  const last = entry.transfer
  assert.notEqual(last, undefined)
  await until(isOver(entry))
  assert.equal(last!.hadRanges.length, bytes.length)
})

test('complete is what was finished, and that is tried until it works', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await writeFile(join(folder.path, 'a'), bytes)
  kept.opened = (storage) => {
    storage.finish = async () => {
      throw fail('local', 'disk/full', 'There is no room')
    }
  }
  {
    await using daemon = await kept.open(folder.path)
    const { entry } = await daemon.transfers.add(wish('a', hintOfBytes), all)
    await until(() => entry.state === 'trouble')
    assert.ok(!kept.told.includes('transfer/completed'))
    assert.equal(entry.record.completedAt, undefined)
    assert.equal(kept.later.size, 1)
  }
  assert.equal(kept.later.size, 0)
  let tries = 0
  kept.opened = (storage) => {
    const finish = storage.finish.bind(storage)
    storage.finish = async () => {
      if (++tries < 3) throw fail('local', 'disk/full', 'There is no room')
      await finish()
    }
  }
  await using daemon = await kept.open(folder.path)
  const [entry] = [...daemon.transfers]
  for (const ms of [5_000, 10_000]) {
    await until(() => entry!.state === 'trouble')
    const [retry] = [...kept.later]
    assert.equal(retry!.ms, ms)
    kept.later.delete(retry!)
    retry!.call()
  }
  await until(() => kept.told.includes('transfer/completed'))
  assert.equal(entry!.state, 'giving')
  assert.equal(tries, 3)
})

test('files that are being opened are moved by whoever opens them', async () => {
  await using folder = await scratch()
  await using other = await scratch()
  const kept = new Kept()
  await writeFile(join(folder.path, 'a'), bytes)
  const gate = Promise.withResolvers<void>()
  kept.folder = () => gate.promise
  let opened = 0
  kept.opened = () => opened++
  await using daemon = await kept.open(folder.path)
  const { entry } = await daemon.transfers.add(wish('a', hintOfBytes), all)
  const moved = entry.move(other.path)
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(opened, 0)
  gate.resolve()
  await moved
  assert.equal(opened, 1)
  await until(() => entry.state === 'giving')
  const read = new Uint8Array(bytes.length)
  await entry.transfer!.read(0, [read])
  assert.deepEqual(read, bytes)
  assert.equal(entry.record.directory, other.path)
})

test('whatever is in the way of stopping, it can be started again', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await writeFile(join(folder.path, 'a'), bytes)
  kept.opened = (storage) => {
    storage[Symbol.asyncDispose] = async () => {
      throw fail('local', 'disk/gone', 'The disk is gone')
    }
  }
  await using daemon = await kept.open(folder.path)
  const { entry } = await daemon.transfers.add(wish('a', hintOfBytes), all)
  await until(() => entry.storage !== undefined)
  await assert.rejects(entry.pause(), /The disk is gone/)
  kept.opened = () => {}
  await entry.resume()
  assert.equal(daemon.worked.length, 2)
  await until(() => entry.state === 'giving')
})
