import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { UploadRequest, UploadView } from '@kith/api/uploads.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Log } from '@kith/core/network/log.ts'
import { nobody } from '../api/sample.ts'
import { systemRandom } from '../host/random.ts'
import { Uploads } from './uploads.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const minute = 60_000

interface World extends AsyncDisposable {
  readonly folder: string
  readonly used: Set<string>
  readonly uploads: Uploads
  begin(body: UploadRequest): Promise<UploadView>
  bring(upload: string, file: string, body: Blob | ReadableStream<Uint8Array>): Promise<UploadView>
  end(id: string): Promise<void>
  /** Lets time pass, and what is due happen. */
  pass(ms: number): void
}

async function world(): Promise<World> {
  const folder = join(await mkdtemp(join(tmpdir(), 'kith-uploads-')), 'uploads')
  const timers = new Set<{ at: number; callback: () => void }>()
  let now = 0
  const used = new Set<string>()
  const clock = {
    now: () => now,
    after(ms: number, callback: () => void): Disposable {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
  }
  const uploads = new Uploads({ clock, random: systemRandom(), log, folder, isUsed: (one) => used.has(one) })
  const { beginUpload, uploadFile, endUpload } = uploads.operations
  return {
    folder,
    used,
    uploads,
    begin: async (body) => beginUpload({ body }, nobody),
    bring: async (id, file, body) => uploadFile({ params: { id, file }, body }, nobody),
    end: async (id) => endUpload({ params: { id } }, nobody),
    pass(ms) {
      now += ms
      for (const timer of timers) {
        if (timer.at > now || !timers.delete(timer)) continue
        timer.callback()
      }
    },
    async [Symbol.asyncDispose]() {
      await uploads[Symbol.asyncDispose]()
      await rm(join(folder, '..'), { recursive: true })
    },
  }
}

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; !(await ask()); await new Promise((done) => setTimeout(done, 10))) {
    assert.ok(Date.now() < end, what)
  }
}

test('files come whole or not at all, where they are said to be', async () => {
  await using all = await world()
  await all.uploads.start()
  const one = await all.begin({ files: [{ name: 'größe.txt', size: 5 }] })
  assert.deepEqual([one.name, one.path, one.state], ['größe.txt', join(all.folder, one.id, 'größe.txt'), 'coming'])
  await assert.rejects(all.bring(one.id, '0', new Blob(['hello and more'])), withCode('upload/size'))
  await assert.rejects(all.bring(one.id, '0', new Blob(['hi'])), withCode('upload/size'))
  assert.deepEqual(await readdir(join(all.folder, one.id)), [])
  assert.equal((await all.bring(one.id, '0', new Blob(['hello']))).state, 'whole')
  assert.equal(await readFile(one.path, 'utf8'), 'hello')
  await assert.rejects(all.bring(one.id, '0', new Blob(['hello'])), withCode('upload/again'))
  for (const [id, file] of [
    ['none', '0'],
    [one.id, '1'],
    [one.id, '-1'],
    [one.id, 'x'],
  ] as const) {
    await assert.rejects(all.bring(id, file, new Blob(['hello'])), withCode('upload/unknown'))
  }
  assert.equal((await all.begin({ files: [{ name: 'empty', size: 0 }] })).files, 1)
})

test('several come in one folder, and no name leads out of it', async () => {
  await using all = await world()
  const names = ['a.txt', 'a.txt', '../../../escape.txt', '/etc/passwd', 'sub/./b.txt', '..']
  const some = await all.begin({ name: '../many', files: names.map((name) => ({ name, size: 1 })) })
  for (const index of names.keys()) await all.bring(some.id, String(index), new Blob(['x']))
  const files = (await readdir(some.path, { recursive: true, withFileTypes: true })).filter((each) => each.isFile())
  assert.deepEqual(files.map(({ parentPath, name }) => join(parentPath, name).slice(some.path.length + 1)).toSorted(), [
    '_',
    'a (2).txt',
    'a.txt',
    'escape.txt',
    'etc/passwd',
    'sub/b.txt',
  ])
  assert.deepEqual(await readdir(join(all.folder, '..')), ['uploads'])
  assert.deepEqual(await readdir(all.folder), [some.id])
  // A folder that was dropped is that folder.
  const folder = await all.begin({
    files: [
      { name: 'sea/1.jpg', size: 1 },
      { name: 'sea/deep/2.jpg', size: 1 },
    ],
  })
  assert.equal(folder.name, 'sea')
  await all.bring(folder.id, '1', new Blob(['x']))
  assert.deepEqual(await readdir(join(folder.path, 'deep')), ['2.jpg'])
})

test('what breaks off or is silent is not kept, and may be brought again', async () => {
  await using all = await world()
  const { id } = await all.begin({ files: [{ name: 'film', size: 10 }] })
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error('gone'))
    },
  })
  await assert.rejects(all.bring(id, '0', broken), withCode('upload/broken'))
  let asked = false
  const silent = new ReadableStream<Uint8Array>({
    pull() {
      asked = true
      return new Promise(() => {})
    },
  })
  const waiting = assert.rejects(all.bring(id, '0', silent), withCode('upload/broken'))
  await until('it is read', async () => asked)
  // Not before the file is open: the timer of the read has to run.
  await until('it is given up', async () => {
    all.pass(minute)
    return Promise.race([waiting.then(() => true), new Promise<boolean>((done) => setTimeout(done, 20, false))])
  })
  assert.deepEqual(await readdir(join(all.folder, id)), [])
})

test('an upload is ended by hand, in the middle', async () => {
  await using all = await world()
  const { id } = await all.begin({ files: [{ name: 'film', size: 10 }] })
  const endless = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(4)) })
  const ended = assert.rejects(all.bring(id, '0', endless), withCode('upload/ended'))
  await until('some of it came', async () => {
    const [one] = await all.uploads.operations.uploads({}, nobody)
    return one?.done === 4
  })
  await all.end(id)
  await ended
  assert.deepEqual(await readdir(all.folder), [])
  await assert.rejects(all.end(id), withCode('upload/unknown'))
})

test('they go when nothing gives them, in this run and in the next', async () => {
  await using all = await world()
  await mkdir(join(all.folder, 'left', 'over'), { recursive: true })
  await mkdir(join(all.folder, 'given'))
  await writeFile(join(all.folder, 'given', 'film'), 'film')
  all.used.add(join(all.folder, 'given'))
  await all.uploads.start()
  assert.deepEqual(await readdir(all.folder), ['given'])
  const { id } = await all.begin({ files: [{ name: 'film', size: 1 }] })
  all.pass(minute)
  all.used.clear()
  all.pass(minute)
  await until('what nothing gives is gone', async () => (await readdir(all.folder)).join() === id)
  all.used.add(join(all.folder, id))
  await until('it is forgotten, and stays', async () => {
    all.pass(10 * minute)
    return (await readdir(all.folder)).join() === id
  })
  all.used.clear()
  await until('it is gone', async () => {
    all.pass(minute)
    return (await readdir(all.folder)).length === 0
  })
})

test('more than the disk holds, and more at once than a page sends, are refused', async () => {
  await using all = await world()
  await assert.rejects(all.begin({ files: [{ name: 'all', size: Number.MAX_SAFE_INTEGER }] }), withCode('upload/space'))
  for (let count = 0; count < 20; count++) await all.begin({ files: [{ name: 'film', size: 1 }] })
  await assert.rejects(all.begin({ files: [{ name: 'film', size: 1 }] }), withCode('upload/too-many'))
})
