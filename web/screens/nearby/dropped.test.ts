import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bringsFiles, droppedFiles } from './dropped.ts'

const bytes = (text: string, name: string): File => new File([text], name)

/** Entries as a browser gives them: a folder tells what is in it in several parts. */
function entry(path: string, inside?: readonly FileSystemEntry[]): FileSystemEntry {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (inside === undefined) {
    const file = (done: (file: File) => void): void => done(bytes('x', name))
    return { name, fullPath: path, isFile: true, isDirectory: false, file } as unknown as FileSystemEntry
  }
  const createReader = (): object => {
    const left = [...inside]
    return { readEntries: (done: (some: FileSystemEntry[]) => void) => done(left.splice(0, 2)) }
  }
  return { name, fullPath: path, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry
}

function drop(entries: readonly FileSystemEntry[], files: readonly File[] = []): DataTransfer {
  const items = entries.map((one) => ({ webkitGetAsEntry: () => one }))
  return { items, files, types: ['Files'] } as unknown as DataTransfer
}

test('folders that are dropped come with all that is in them', async () => {
  const sea = ['1', '2', '3', '4', '5'].map((name) => entry(`/sea/${name}`))
  const dropped = await droppedFiles(drop([entry('/note.txt'), entry('/sea', [...sea, entry('/sea/deep', [])])]))
  assert.deepEqual(
    dropped.map(({ name }) => name),
    ['note.txt', 'sea/1', 'sea/2', 'sea/3', 'sea/4', 'sea/5'],
  )
  assert.equal(dropped[1]!.file.size, 1)
})

test('a folder without end ends', async () => {
  const many = Array.from({ length: 9_000 }, (_, index) => entry(`/many/${index}`))
  assert.equal((await droppedFiles(drop([entry('/many', many)]))).length, 2_001)
})

test('where there are no entries the files count', async () => {
  const [one] = await droppedFiles(drop([], [bytes('hello', 'a.txt')]))
  assert.deepEqual([one?.name, one?.file.size], ['a.txt', 5])
  assert.equal(bringsFiles({ types: ['text/plain'] }), false)
  assert.equal(bringsFiles(null), false)
})
