import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { damagedHint, Kept, scratch, wish } from './test-kit/kept.ts'

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work()
  } catch (error) {
    if (error instanceof FaultError) return error.fault.code
    throw error
  }
  return undefined
}

test('what is added is worked for, and is there again after a restart, paused or not as it was', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  {
    await using first = await kept.open(folder.path)
    const { entry: one } = await first.transfers.add(wish('one'))
    const { entry: two } = await first.transfers.add(wish('two'), { paused: true, label: 'later' })
    assert.deepEqual([one.state, two.state], ['looking', 'paused'])
    assert.deepEqual(first.worked, [one.record.id])
  }
  await using second = await kept.open(folder.path)
  const states = [...second.transfers].map(({ record, state }) => [record.name, state, record.label])
  assert.deepEqual(states, [
    ['one', 'looking', undefined],
    ['two', 'paused', 'later'],
  ])
  assert.equal(second.worked.length, 1)
  await second.transfers.get([...second.transfers][1]!.record.id).resume()
  assert.equal(second.worked.length, 2)
})

test('the disk is told of what is added and wanted now, and of nothing else', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using list = await kept.open(folder.path)
  await list.transfers.add(wish('later'), { paused: true })
  await list.transfers.add(wish('ours'), { had: [{ start: 0, end: 1 }] })
  assert.equal(kept.expected, 0)
  await list.transfers.add(wish('now'))
  await list.transfers.add(wish('now'))
  assert.equal(kept.expected, 1)
})

test('the same content twice is one transfer that knows what both said', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using daemon = await kept.open(folder.path)
  const first = await daemon.transfers.add(wish('one', 1))
  const again = await daemon.transfers.add(wish('one', 2))
  assert.equal(again.duplicate, true)
  assert.equal(again.entry, first.entry)
  assert.deepEqual(first.entry.record.hints.get('bittorrent'), Uint8Array.of(1, 2))
  assert.equal(daemon.transfers.size, 1)
})

test('links: understood, malformed, of no use to anybody, unknown', async () => {
  await using folder = await scratch()
  await using daemon = await new Kept().open(folder.path)
  const { transfers } = daemon
  assert.equal(transfers.parseLink('  test:film ').content.name, 'film')
  assert.equal(
    codeOf(() => transfers.parseLink('test:')),
    'test/empty',
  )
  assert.equal(
    codeOf(() => transfers.parseLink('test:other')),
    'link/unknown',
  )
  assert.equal(
    codeOf(() => transfers.parseLink('gopher://x')),
    'link/unknown',
  )
  assert.equal(
    codeOf(() => transfers.parseDocument(Uint8Array.of(1, 2, 3))),
    'document/unknown',
  )
})

test('an id may be cut as long as it is clear', async () => {
  await using folder = await scratch()
  await using daemon = await new Kept().open(folder.path)
  const { entry } = await daemon.transfers.add(wish('one'))
  await daemon.transfers.add(wish('two'))
  assert.equal(daemon.transfers.get(entry.record.id.slice(0, 3)), entry)
  assert.equal(
    codeOf(() => daemon.transfers.get('0')),
    'transfer/ambiguous',
  )
  assert.equal(
    codeOf(() => daemon.transfers.get('')),
    'transfer/unknown',
  )
  assert.equal(
    codeOf(() => daemon.transfers.get('ffff')),
    'transfer/unknown',
  )
})

test('what was removed is gone from what is kept, and can be added anew', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  await using daemon = await kept.open(folder.path)
  const { entry } = await daemon.transfers.add(wish('one'))
  await daemon.transfers.remove(entry, true)
  assert.equal(kept.records.size, 0)
  assert.deepEqual(kept.told, ['transfer/added', 'transfer/removed'])
  assert.equal((await daemon.transfers.add(wish('one'))).duplicate, false)
})

test('what is kept of one transfer may be damaged: the others are there and run', async () => {
  await using folder = await scratch()
  const kept = new Kept()
  {
    await using first = await kept.open(folder.path)
    await first.transfers.add(wish('damaged'), {})
    await first.transfers.add(wish('whole'), {})
  }
  for (const record of kept.records.values())
    if (record.name === 'damaged') record.hints = new Map([['bittorrent', Uint8Array.of(damagedHint)]])
  await using second = await kept.open(folder.path)
  assert.equal(second.worked.length, 2)
  for (const { layout, state } of second.transfers) assert.deepEqual([layout, state], [undefined, 'looking'])
})
