import assert from 'node:assert/strict'
import { link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Asks, type AsksWorld } from './asks.ts'
import type { AskRecord } from './records.ts'

const partial = '0123456789abcdef'
const hidden = `.kith-${partial}.part`
const clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) }

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-asks-'))
  try {
    await run(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function asksOf(more: Partial<AsksWorld> = {}): Asks {
  const settings = () => ({ keepMinutes: 60, most: 3, mostSize: 1 })
  return new Asks({ clock, settings, changed() {}, record() {}, arrived() {}, ...more })
}

/** What was written down of a file of three bytes that somebody agreed to. */
function agreed(folder: string, path?: string): AskRecord {
  return { id: 'a', partial, name: 'film.bin', size: 3, from: 'b', state: 'agreed', folder, path, movedAt: 0 }
}

/** A daemon that starts with that: what it makes of it, and what lies in the folder then. */
async function restored(folder: string, record: AskRecord): Promise<Record<string, string>> {
  const arrived: string[] = []
  const asks = asksOf({ arrived: (path) => void arrived.push(path) })
  await asks.restore([record])
  const [ask] = asks.views
  assert.deepEqual([ask?.state, ask?.received], ['done', 3])
  const names = (await readdir(folder)).toSorted()
  assert.ok(arrived.length <= 1)
  assert.ok(ask?.path !== undefined && names.map((name) => join(folder, name)).includes(ask.path))
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  )
}

test('whenever a daemon is killed while a file is put in its place, the next one finds it whole and once', async () => {
  await withFolder(async (folder) => {
    /** What would be found after a kill at that moment. */
    const kept: (readonly AskRecord[])[] = []
    const asks = asksOf({ record: () => void kept.push(asks.records) })
    asks.add('a', partial, { name: 'film.bin', size: 3, from: 'b' })
    await asks.answer('a', true, async () => folder)
    await asks.file('a').incoming.take(0, new Blob(['abc']).stream())
    assert.deepEqual([asks.views[0]!.state, asks.views[0]!.path], ['done', join(folder, 'film.bin')])
    assert.equal(kept.length, 1)
    const [before] = kept[0]!
    assert.deepEqual([before!.state, before!.path], ['agreed', join(folder, 'film.bin')])
    assert.deepEqual(await restored(folder, before!), { 'film.bin': 'abc' })
  })
  await withFolder(async (folder) => {
    // It has both names.
    const path = join(folder, 'film.bin')
    await writeFile(join(folder, hidden), 'abc')
    await link(join(folder, hidden), path)
    assert.deepEqual(await restored(folder, agreed(folder, path)), { 'film.bin': 'abc' })
  })
  await withFolder(async (folder) => {
    // Nothing but its place lacks.
    await writeFile(join(folder, hidden), 'abc')
    assert.deepEqual(await restored(folder, agreed(folder)), { 'film.bin': 'abc' })
  })
})

test('another file that has taken its name is not taken for it', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'film.bin')
    await writeFile(join(folder, hidden), 'abc')
    await writeFile(path, 'xyz')
    assert.deepEqual(await restored(folder, agreed(folder, path)), { 'film (2).bin': 'abc', 'film.bin': 'xyz' })
  })
})

test('an empty file that was agreed to is there in the next run', async () => {
  await withFolder(async (folder) => {
    const asks = asksOf()
    await asks.restore([{ ...agreed(folder), size: 0 }])
    assert.equal(asks.views[0]!.state, 'done')
    assert.deepEqual(await readdir(folder), ['film.bin'])
  })
})

test('what is not whole goes on where it was', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, hidden), 'ab')
    const asks = asksOf()
    await asks.restore([agreed(folder)])
    const { incoming } = asks.file('a')
    assert.equal(await incoming.offset(), 2)
    await incoming.take(2, new Blob(['c']).stream())
    assert.equal(await readFile(join(folder, 'film.bin'), 'utf8'), 'abc')
  })
})
