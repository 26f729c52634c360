import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { UploadRequest, UploadView } from '@kith/api/uploads.ts'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import { nobody } from '../api/sample.ts'
import type { UploadSettings } from '../config/settings.ts'
import { systemRandom } from '../host/random.ts'
import { Uploads } from './uploads.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
const minute = 60_000

interface World extends AsyncDisposable {
  readonly folder: string
  readonly used: Set<string>
  readonly uploads: Uploads
  begin(body: UploadRequest, sender?: string): Promise<UploadView>
  /** Goes on at `start`, and gives how much is there then. */
  bring(upload: string, file: string, body: Blob | ReadableStream<Uint8Array>, start?: number): Promise<number>
  offset(upload: string, file: string): Promise<number>
  /** The same folder and memory, as a daemon that is started again finds them. */
  again(): Promise<World>
  end(id: string): Promise<void>
  /** Lets time pass, and what is due happen. */
  pass(ms: number): void
}

const settings: UploadSettings = { keepMinutes: 60, most: 3, mostSize: 1 }

async function world(before?: { folder: string; kept: Map<string, Uint8Array>; now: number }): Promise<World> {
  const folder = before?.folder ?? join(await mkdtemp(join(tmpdir(), 'kith-uploads-')), 'uploads')
  const kept = before?.kept ?? new Map<string, Uint8Array>()
  const keep: Keep = {
    get: (key) => kept.get(key),
    set: (key, value) => void (value === undefined ? kept.delete(key) : kept.set(key, value)),
  }
  const timers = new Set<{ at: number; callback: () => void }>()
  let now = before?.now ?? 0
  const used = new Set<string>()
  const clock = {
    now: () => now,
    after(ms: number, callback: () => void): Disposable {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
  }
  const uploads = new Uploads({
    clock,
    random: systemRandom(),
    log,
    keep,
    settings: () => settings,
    folder,
    isUsed: (one) => used.has(one),
  })
  const { beginUpload, endUpload } = uploads.operations
  return {
    folder,
    used,
    uploads,
    begin: async (body, sender = nobody.sender) => beginUpload({ body }, { ...nobody, sender }),
    async bring(id, file, body, start = 0) {
      const { incoming } = uploads.file(id, file)
      const length = body instanceof Blob ? body.size : undefined
      await incoming.take(start, body instanceof Blob ? body.stream() : body, length)
      return incoming.received
    },
    offset: async (id, file) => uploads.file(id, file).incoming.offset(),
    async again() {
      await uploads[Symbol.asyncDispose]()
      return world({ folder, kept, now })
    },
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
      await rm(join(folder, '..'), { recursive: true, force: true })
    },
  }
}

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; !(await ask()); await new Promise((done) => setTimeout(done, 10))) {
    assert.ok(Date.now() < end, what)
  }
}

function viewOf(all: World, id: string): UploadView | undefined {
  return (all.uploads.operations.uploads({}, nobody) as readonly UploadView[]).find((one) => one.id === id)
}

test('files are seen once they are whole, where they are said to be', async () => {
  await using all = await world()
  await all.uploads.start()
  const one = await all.begin({ files: [{ name: 'größe.txt', size: 5 }] })
  assert.deepEqual([one.name, one.path, one.state], ['größe.txt', join(all.folder, one.id, 'größe.txt'), 'waiting'])
  await assert.rejects(all.bring(one.id, '0', new Blob(['hello and more'])), withCode('upload/size'))
  await assert.rejects(all.bring(one.id, '0', new Blob(['hello and more']).stream()), withCode('upload/size'))
  assert.equal(await all.offset(one.id, '0'), 0)
  assert.deepEqual(await readdir(join(all.folder, one.id)), [])
  assert.equal(await all.bring(one.id, '0', new Blob(['hel'])), 3)
  await assert.rejects(readFile(one.path))
  await assert.rejects(all.bring(one.id, '0', new Blob(['lo']), 2), withCode('upload/offset'))
  await assert.rejects(all.bring(one.id, '0', new Blob(['lo!']), 3), withCode('upload/size'))
  assert.equal(await all.bring(one.id, '0', new Blob(['lo']), 3), 5)
  assert.equal(viewOf(all, one.id)?.state, 'whole')
  assert.equal(await readFile(one.path, 'utf8'), 'hello')
  assert.deepEqual(await readdir(join(all.folder, one.id)), ['größe.txt'])
  await assert.rejects(all.bring(one.id, '0', new Blob(['hello'])), withCode('upload/offset'))
  for (const [id, file] of [
    ['none', '0'],
    [one.id, '1'],
    [one.id, '-1'],
    [one.id, 'x'],
  ] as const) {
    await assert.rejects(all.bring(id, file, new Blob(['hello'])), withCode('upload/unknown'))
  }
  const empty = await all.begin({ files: [{ name: 'empty', size: 0 }] })
  await all.bring(empty.id, '0', new Blob([]))
  assert.equal((await readFile(empty.path)).length, 0)
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

/** Some bytes, and then the connection breaks, or nothing more comes. */
function some(text: string, then: 'break' | 'silence'): ReadableStream<Uint8Array> {
  let isFirst = true
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (isFirst) controller.enqueue(new TextEncoder().encode(text))
        else if (then === 'break') controller.error(new Error('gone'))
        else return new Promise(() => {})
        isFirst = false
        return undefined
      },
    },
    { highWaterMark: 0 },
  )
}

test('what breaks off is gone on with, over a restart too', async () => {
  await using all = await world()
  await all.uploads.start()
  const files = [
    { name: 'a/film', size: 10, modified: 7 },
    { name: 'a/b/film', size: 3, modified: 8 },
  ]
  const { id, path } = await all.begin({ files })
  await all.bring(id, '1', new Blob(['abc']))
  await assert.rejects(all.bring(id, '0', some('0123', 'break')), withCode('upload/broken'))
  assert.equal(await all.offset(id, '0'), 4)
  assert.deepEqual([viewOf(all, id)?.state, viewOf(all, id)?.done], ['waiting', 7])
  await using next = await all.again()
  await next.uploads.start()
  // The same files are that upload; changed ones are not.
  assert.equal((await next.begin({ files })).id, id)
  assert.equal((await next.begin({ files })).done, 7)
  const changed = await next.begin({ files: [{ ...files[0]!, modified: 9 }, files[1]!] })
  assert.notEqual(changed.id, id)
  await next.end(changed.id)
  await assert.rejects(next.bring(id, '0', some('45', 'break'), 4), withCode('upload/broken'))
  assert.equal(await next.bring(id, '0', new Blob(['6789']), 6), 10)
  assert.equal(await readFile(join(path, 'film'), 'utf8'), '0123456789')
  assert.equal(await readFile(join(path, 'b', 'film'), 'utf8'), 'abc')
  assert.equal(viewOf(next, id)?.state, 'whole')
})

test('two senders whose files have equal marks bring one each', async () => {
  await using all = await world()
  await all.uploads.start()
  const body = { files: [{ name: 'IMG_0001.jpg', size: 3, modified: 7 }] }
  const [one, other] = [await all.begin(body, 'one'), await all.begin(body, 'other')]
  assert.notEqual(other.id, one.id)
  await all.bring(one.id, '0', new Blob(['abc']))
  await all.bring(other.id, '0', new Blob(['xyz']))
  assert.equal(await readFile(one.path, 'utf8'), 'abc')
  assert.equal(await readFile(other.path, 'utf8'), 'xyz')
  // Each goes on with its own, in the next run too.
  await using next = await all.again()
  await next.uploads.start()
  assert.equal(viewOf(next, one.id), undefined, 'it was whole')
  const begun = await next.begin(body, 'other')
  assert.equal((await next.begin(body, 'other')).id, begun.id)
  assert.notEqual((await next.begin(body, 'one')).id, begun.id)
})

test('uploads that begin at the same moment pass no bound, and the same one is begun once', async () => {
  await using all = await world()
  await all.uploads.start()
  const begun = await Promise.allSettled(
    Array.from({ length: settings.most + 2 }, (_, index) => all.begin({ files: [{ name: `film ${index}`, size: 1 }] })),
  )
  assert.deepEqual(
    begun.map(({ status }) => status),
    [...Array<string>(settings.most).fill('fulfilled'), 'rejected', 'rejected'],
  )
  assert.ok(begun.every((one) => one.status === 'fulfilled' || withCode('upload/too-many')(one.reason)))
  const same = { files: [{ name: 'tape', size: 1, modified: 7 }] }
  const [one, other] = await Promise.all([all.begin(same, 'another'), all.begin(same, 'another')])
  assert.equal(other.id, one.id)
  assert.equal(await all.bring(other.id, '0', new Blob(['x'])), 1)
})

test('who was silent makes room for who asks, and who is not does not', async () => {
  await using all = await world()
  await all.uploads.start()
  const { id } = await all.begin({ files: [{ name: 'film', size: 10 }] })
  const first = assert.rejects(all.bring(id, '0', some('0123', 'silence')), withCode('upload/broken'))
  await until('some of it came', async () => viewOf(all, id)?.done === 4)
  await assert.rejects(all.offset(id, '0'), withCode('upload/busy'))
  await assert.rejects(all.bring(id, '0', new Blob(['456789']), 4), withCode('upload/busy'))
  all.pass(10_000)
  assert.equal(await all.offset(id, '0'), 4)
  await first
  const second = assert.rejects(all.bring(id, '0', some('45', 'silence'), 4), withCode('upload/broken'))
  await until('more of it came', async () => viewOf(all, id)?.done === 6)
  // In the end it is given up without anybody who asks.
  await until('it is given up', async () => {
    all.pass(minute)
    return Promise.race([second.then(() => true), new Promise<boolean>((done) => setTimeout(done, 20, false))])
  })
  assert.equal(await all.bring(id, '0', new Blob(['6789']), 6), 10)
})

test('what nobody goes on with is forgotten in the time that is set, counted over restarts', async () => {
  await using all = await world()
  await all.uploads.start()
  const { id } = await all.begin({ files: [{ name: 'film', size: 10, modified: 1 }] })
  all.pass(30 * minute)
  await assert.rejects(all.bring(id, '0', some('0123', 'break')), withCode('upload/broken'))
  all.pass(40 * minute)
  await using next = await all.again()
  await next.uploads.start()
  assert.equal(await next.offset(id, '0'), 4)
  next.pass(19 * minute)
  assert.deepEqual(await readdir(next.folder), [id])
  await until('it is forgotten', async () => {
    next.pass(minute)
    return (await readdir(next.folder)).length === 0
  })
  await assert.rejects(next.offset(id, '0'), withCode('upload/unknown'))
  await using last = await next.again()
  await last.uploads.start()
  assert.equal(viewOf(last, id), undefined)
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

test('more than the disk holds, and more than one sender may bring at once, are refused', async () => {
  await using all = await world()
  const gibibyte = 1024 ** 3
  await assert.rejects(all.begin({ files: [{ name: 'all', size: gibibyte + 1 }] }), withCode('upload/too-much'))
  await all.begin({ files: [{ name: 'film', size: gibibyte - 1 }] })
  await assert.rejects(all.begin({ files: [{ name: 'film', size: 2 }] }), withCode('upload/too-much'))
  const { id } = await all.begin({ files: [{ name: 'film', size: 1 }] })
  await all.begin({ files: [{ name: 'film', size: 0 }] })
  await assert.rejects(all.begin({ files: [{ name: 'film', size: 0 }] }), withCode('upload/too-many'))
  // What is whole does not count, and others may.
  await all.bring(id, '0', new Blob(['x']))
  await all.begin({ files: [{ name: 'film', size: 0 }] })
  const other = await all.begin({ files: [{ name: 'film', size: 5 }] }, 'another')
  assert.equal(other.state, 'waiting')
})
