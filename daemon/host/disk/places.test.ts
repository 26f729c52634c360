import assert from 'node:assert/strict'
import { readSync, writeSync } from 'node:fs'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { FileRun } from '@kith/core/transfer/storage.ts'
import { SHORT_BYTES } from './short-reads.ts'
import { folder, layoutOf, testDisk } from './testing.ts'

const long = SHORT_BYTES + 10

function code(expected: string) {
  return (error: unknown): boolean => error instanceof FaultError && error.fault.code === expected
}

/** Long, short, filler, long, and skipped: where each begins. */
const layout = layoutOf('top', [
  { path: 'a/one', size: long },
  { path: 'short', size: SHORT_BYTES },
  { path: 'filler', size: 100, padding: true },
  { path: 'two', size: long },
  { path: 'skipped', size: 50 },
  { path: 'three', size: long },
])
const [one, short, filler, two, skippedAt, three] = layout.files.map(({ offset }) => offset) as [
  number,
  number,
  number,
  number,
  number,
  number,
]

/** Writes to each run what its position in the transfer is, as a thread would. */
function fill(runs: readonly FileRun[], byte: number): void {
  for (const { file, position, length } of runs) writeSync(file, new Uint8Array(length).fill(byte), 0, length, position)
}

test('long files have places, short ones and filler have none, wherever the range lies', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  await using storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  const cases: readonly [number, number, boolean][] = [
    [one, one + 1, true],
    [one, short, true],
    [one, short + 1, false],
    [short, filler, false],
    [filler, two, false],
    [filler - 1, two + 1, false],
    [two, skippedAt, true],
    [two, skippedAt + 1, false],
    [three, layout.size, true],
  ]
  for (const [start, end, expected] of cases) {
    assert.equal(storage.writing.can(start, end), expected, `${start}-${end}`)
    assert.equal(storage.reading.can(start, end), expected)
  }
})

test('what is written at a place is where the transfer reads it, over several files', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const parts = join(temporary.path, 'parts')
  await using storage = disk.open({ layout, dir: temporary.path, parts, skipped: new Set([4]) })
  assert.ok(storage.writing.can(two + 5, three + 7), 'a skipped file has its bytes beside those of others')
  {
    using place = await storage.writing.open(two + 5, three + 7)
    assert.deepEqual(
      place.runs.map(({ path, position, length }) => [path, position, length]),
      [
        [join(temporary.path, 'top', 'two'), 5, long - 5],
        [place.runs[1]!.path, skippedAt, 50],
        [join(temporary.path, 'top', 'three'), 0, 7],
      ],
    )
    for (const [index, run] of place.runs.entries()) fill([run], index + 1)
  }
  const into = new Uint8Array(three + 7 - two - 5)
  await storage.read(two + 5, [into])
  assert.ok(into.subarray(0, long - 5).every((byte) => byte === 1))
  assert.ok(into.subarray(long - 5, long + 45).every((byte) => byte === 2))
  assert.ok(into.subarray(long + 45).every((byte) => byte === 3))
  await assert.rejects(access(join(temporary.path, 'top', 'skipped')), 'it is not made')
  assert.equal((await readFile(parts))[skippedAt], 2)
  using again = await storage.reading.open(skippedAt, three)
  const bytes = new Uint8Array(50)
  readSync(again.runs[0]!.file, bytes, 0, 50, again.runs[0]!.position)
  assert.ok(bytes.every((byte) => byte === 2))
})

test('a skipped file that is there keeps its bytes where it is', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const path = join(temporary.path, 'top', 'skipped')
  await mkdir(join(temporary.path, 'top'))
  await writeFile(path, new Uint8Array(50).fill(9))
  const parts = join(temporary.path, 'parts')
  await using storage = disk.open({ layout, dir: temporary.path, parts, skipped: new Set([4]) })
  using place = await storage.reading.open(skippedAt + 10, three)
  assert.deepEqual(
    place.runs.map(({ path, position, length }) => [path, position, length]),
    [[path, 10, 40]],
  )
})

test('what is not there cannot be read, and one that cannot be opened leaves nothing behind', async () => {
  await using temporary = await folder()
  await using disk = testDisk()
  const storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
  {
    using _place = await storage.writing.open(two, two + 1)
  }
  // The first of the two files opens, and is given back.
  await assert.rejects(storage.reading.open(skippedAt - 1, three + 1), code('disk/gone'))
  const gone = disk.open({ layout, dir: join(temporary.path, 'gone'), parts: join(temporary.path, 'parts 2') })
  await assert.rejects(gone.writing.open(one, one + 1), code('disk/gone'))
  await gone[Symbol.asyncDispose]()
  // Neither would come to an end if somebody were still inside.
  await storage.remove({ data: true })
  assert.equal(disk.descriptors.count, 0)
  await assert.rejects(storage.writing.open(one, one + 1), code('disk/closed'))
})

test('nobody moves, renames, removes or closes files before their places are disposed', async () => {
  for (const act of ['move', 'rename', 'remove', 'close'] as const) {
    await using temporary = await folder()
    await using disk = testDisk({ openFiles: 1 })
    const elsewhere = join(temporary.path, 'elsewhere')
    await mkdir(elsewhere)
    const storage = disk.open({ layout, dir: temporary.path, parts: join(temporary.path, 'parts') })
    const places = [await storage.writing.open(one, short), await storage.writing.open(two, skippedAt)]
    fill(places[0]!.runs, 1)
    let over = false
    const acts = {
      move: () => storage.moveTo(elsewhere),
      rename: () => storage.rename('other'),
      remove: () => storage.remove({ data: true }),
      close: () => storage[Symbol.asyncDispose](),
    }
    const done = acts[act]().then(() => (over = true))
    // Whoever comes later waits until that is over, and does not keep it from beginning.
    const later = storage.writing.open(two, skippedAt).catch((error: unknown) => error)
    places[0]![Symbol.dispose]()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(over, false, act)
    // Its descriptor is good to the end, though fewer may be open.
    fill(places[1]!.runs, 2)
    places[1]![Symbol.dispose]()
    await done
    const late = await later
    if (act === 'remove' || act === 'close') {
      assert.ok(code('disk/closed')(late), act)
      continue
    }
    assert.ok(late instanceof Object && 'runs' in late)
    const [run] = late.runs as readonly FileRun[]
    const top = act === 'move' ? join(elsewhere, 'top') : join(temporary.path, 'other')
    assert.equal(run!.path, join(top, 'two'))
    assert.ok((await readFile(run!.path)).every((byte) => byte === 2))
    assert.ok((await readFile(join(top, 'a', 'one'))).every((byte) => byte === 1))
    ;(late as unknown as Disposable)[Symbol.dispose]()
    await storage[Symbol.asyncDispose]()
  }
})
