import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import { RangeSet } from '@kith/core/range/range-set.ts'
import type { TransferRecord } from '../../transfers/record.ts'
import { hadStore } from './had.ts'
import { keepOf } from './keep.ts'
import { migrations } from './migrations.ts'
import { openDatabase } from './open.ts'
import { secretStore, sessionStore, tokenStore } from './secrets.ts'
import { settingStore } from './settings.ts'
import { transferStore } from './transfers.ts'

function world() {
  const timers: (() => void)[] = []
  const said: string[] = []
  const say = (sentence: string): void => void said.push(sentence)
  const log: Log = { debug: say, info: say, warn: say, error: say, child: () => log }
  const clock: Clock = {
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    after: (_, callback) => {
      timers.push(callback)
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(callback), 1) }
    },
  }
  return { clock, log, said, timers }
}

async function place(): Promise<{ readonly dir: string; readonly path: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'kith-database-'))
  return { dir, path: join(dir, 'kith.db'), [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) }
}

function code(expected: string) {
  return (error: unknown) => error instanceof FaultError && error.fault.code === expected
}

const record: TransferRecord = {
  id: '00ff00ff',
  addedAt: 5,
  completedAt: undefined,
  wanted: 'running',
  name: 'naïve',
  diskName: undefined,
  size: 2 ** 52,
  digests: ['btih:0123456789012345678901234567890123456789'],
  directory: '/downloads',
  label: undefined,
  priorities: [0, 2, 3],
  select: [1],
  sequential: true,
  downLimit: 1000,
  upLimit: undefined,
  down: 7,
  up: 8,
  givingSeconds: 9,
  hints: new Map([['bittorrent', Uint8Array.of(1, 2, 3)]]),
}

test('a transfer comes back as it was last saved, and everything of it goes with it', async () => {
  await using at = await place()
  {
    using database = openDatabase(at.path, world())
    const store = transferStore(database)
    const changed: TransferRecord = { ...record }
    store.save(changed)
    changed.label = 'films'
    changed.hints = new Map([
      ['bittorrent', Uint8Array.of(4)],
      ['edonkey', Uint8Array.of(5)],
    ])
    store.save(changed)
    hadStore(database).add(record.id, { start: 0, end: 10 })
  }
  using database = openDatabase(at.path, world())
  const store = transferStore(database)
  const [loaded] = [...store.load()]
  assert.ok(loaded)
  const hints = new Map([...loaded.hints].map(([network, hint]) => [network, [...hint]]))
  assert.deepEqual(
    { ...loaded, hints },
    { ...record, label: 'films', hints: new Map(Object.entries({ bittorrent: [4], edonkey: [5] })) },
  )
  loaded.hints = new Map([['edonkey', Uint8Array.of(6)]])
  store.save(loaded)
  database.flush()
  assert.deepEqual(
    database
      .sql('SELECT network FROM hints')
      .all()
      .map((row) => row['network']),
    ['edonkey'],
  )
  store.save(loaded)
  store.remove(record.id)
  database.flush()
  assert.deepEqual([...store.load()], [])
  for (const table of ['hints', 'had']) assert.equal(database.sql(`SELECT count(*) AS n FROM ${table}`).get()?.['n'], 0)
})

test('had ranges come back like those of a set, however they were added, lost and compacted', async () => {
  await using at = await place()
  using database = openDatabase(at.path, world())
  const store = hadStore(database)
  let run = 0
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          start: fc.nat({ max: 300 }),
          length: fc.nat({ max: 20 }),
          lost: fc.boolean(),
          flush: fc.boolean(),
        }),
        { maxLength: 700 },
      ),
      (steps) => {
        const id = String(run++)
        const expected = new RangeSet()
        for (const { start, length, lost, flush } of steps) {
          const range = { start, end: start + length }
          if (lost) {
            store.remove(id, range)
            expected.remove(range.start, range.end)
          } else {
            store.add(id, range)
            expected.add(range.start, range.end)
          }
          if (flush) database.flush()
        }
        assert.deepEqual([...store.load(id)], [...expected])
        assert.deepEqual([...store.load(id)], [...expected])
        store.clear(id)
        assert.equal(store.load(id).length, 0)
      },
    ),
    { numRuns: 30 },
  )
})

test('ranges that come one after another are one row', async () => {
  await using at = await place()
  const { clock, log, timers } = world()
  using database = openDatabase(at.path, { clock, log })
  const store = hadStore(database)
  for (let start = 0; start < 1000; start += 10) store.add('a', { start, end: start + 10 })
  assert.equal(timers.length, 1)
  assert.equal(database.sql('SELECT count(*) AS n FROM had').get()?.['n'], 0)
  timers.shift()!()
  assert.equal(database.sql('SELECT count(*) AS n FROM had').get()?.['n'], 1)
})

test('writes rest between transactions, but a clock that was set back does not hold them up', async () => {
  await using at = await place()
  const waits: number[] = []
  const { clock, log, timers } = world()
  let now = clock.now()
  const after: Clock['after'] = (ms, callback) => (waits.push(ms), clock.after(ms, callback))
  using database = openDatabase(at.path, { clock: { now: () => now, after }, log })
  const keep = keepOf(database, 'bittorrent')
  keep.set('a', new Uint8Array([1]))
  timers.shift()!()
  keep.set('a', new Uint8Array([2]))
  timers.shift()!()
  now -= 3_600_000
  keep.set('a', new Uint8Array([3]))
  timers.shift()!()
  assert.deepEqual(waits, [10, 100, 100])
})

test('a write that fails is kept, told and done later', async () => {
  await using at = await place()
  const { clock, log, timers, said } = world()
  using database = openDatabase(at.path, { clock, log })
  const store = hadStore(database)
  database.sql('CREATE TRIGGER refuse BEFORE INSERT ON had BEGIN SELECT RAISE(FAIL, "refused"); END').run()
  store.add('a', { start: 0, end: 10 })
  timers.shift()!()
  assert.equal(database.trouble.current?.code, 'database/io')
  assert.deepEqual(said, ['the database cannot be written'])
  assert.throws(() => database.flush(), code('database/io'))
  store.add('a', { start: 20, end: 30 })
  database.sql('DROP TRIGGER refuse').run()
  timers.shift()!()
  assert.equal(database.trouble.current, undefined)
  assert.deepEqual(
    [...store.load('a')],
    [
      { start: 0, end: 10 },
      { start: 20, end: 30 },
    ],
  )
})

test('what was flushed is there after a kill', async () => {
  await using at = await place()
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL('./open.ts', import.meta.url).href)}
    import { hadStore } from ${JSON.stringify(new URL('./had.ts', import.meta.url).href)}
    const log = { error() {} }
    const clock = { now: Date.now, after: () => ({ [Symbol.dispose]() {} }) }
    const database = openDatabase(${JSON.stringify(at.path)}, { clock, log })
    hadStore(database).add('a', { start: 0, end: 10 })
    database.flush()
    process.kill(process.pid, 'SIGKILL')
  `
  assert.throws(() =>
    execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: 'ignore' }),
  )
  using database = openDatabase(at.path, world())
  assert.deepEqual([...hadStore(database).load('a')], [{ start: 0, end: 10 }])
})

test('what networks keep, settings and secrets come back', async () => {
  await using at = await place()
  {
    using database = openDatabase(at.path, world())
    const keep = keepOf(database, 'bittorrent')
    const value = Uint8Array.of(1, 2)
    keep.set('id', value)
    keep.set('gone', value)
    keep.set('gone', undefined)
    value[0] = 9
    keepOf(database, 'edonkey').set('id', Uint8Array.of(7))
    settingStore(database).set('speed', 'down', 100)
    settingStore(database).set('api', 'hosts', ['a', 'b'])
    settingStore(database).set('api', 'port', 1)
    settingStore(database).unset('api', 'port')
    secretStore(database).set('password', Uint8Array.of(3))
    secretStore(database).set('link', Uint8Array.of(4))
    secretStore(database).set('link', undefined)
    assert.deepEqual([...keep.get('id')!], [1, 2])
  }
  using database = openDatabase(at.path, world())
  assert.deepEqual([...keepOf(database, 'bittorrent').get('id')!], [1, 2])
  assert.equal(keepOf(database, 'bittorrent').get('gone'), undefined)
  assert.deepEqual(
    settingStore(database).load(),
    new Map(Object.entries({ speed: new Map([['down', 100]]), api: new Map([['hosts', ['a', 'b']]]) })),
  )
  assert.deepEqual([...secretStore(database).get('password')!], [3])
  assert.equal(secretStore(database).get('link'), undefined)
})

test('tokens and sessions are found by hash until they expire', async () => {
  await using at = await place()
  using database = openDatabase(at.path, world())
  const tokens = tokenStore(database)
  const token = { id: 'a', name: 'phone', scope: 'view', createdAt: 1, usedAt: undefined, expiresAt: 100 }
  tokens.add(token, Uint8Array.of(1))
  assert.deepEqual(tokens.find(Uint8Array.of(1), 99), token)
  assert.equal(tokens.find(Uint8Array.of(1), 100), undefined)
  assert.equal(tokens.find(Uint8Array.of(2), 99), undefined)
  tokens.used('a', 50)
  database.flush()
  assert.deepEqual(tokens.list(), [{ ...token, usedAt: 50 }])
  assert.equal(tokens.remove('a'), true)
  assert.equal(tokens.remove('a'), false)
  const sessions = sessionStore(database)
  const session = { createdAt: 1, seenAt: 1, expiresAt: 10, client: 'Firefox' }
  sessions.save(Uint8Array.of(5), session)
  sessions.save(Uint8Array.of(5), { ...session, seenAt: 2 })
  assert.deepEqual(sessions.find(Uint8Array.of(5), 9), { ...session, seenAt: 2 })
  assert.equal(sessions.find(Uint8Array.of(5), 10), undefined)
  sessions.expire(10)
  assert.equal(sessions.find(Uint8Array.of(5), 0), undefined)
})

test('a damaged database is set aside, loudly, and a new one begun', async () => {
  await using at = await place()
  {
    using database = openDatabase(at.path, world())
    for (let index = 0; index < 2000; index++) settingStore(database).set('g', String(index), 'x'.repeat(50))
  }
  const file = await open(at.path, 'r+')
  await file.write(new Uint8Array(40_000).fill(0xab), 0, 40_000, 8192)
  await file.close()
  const { clock, log, said } = world()
  {
    using database = openDatabase(at.path, { clock, log })
    assert.equal(settingStore(database).load().size, 0)
  }
  assert.equal(said.length, 1)
  assert.ok((await readdir(at.dir)).includes('kith.db.damaged-20260102T030405Z'))
  await writeFile(at.path, 'this is no database'.repeat(100))
  const again = world()
  using _ = openDatabase(at.path, again)
  assert.equal(again.said.length, 1)
})

test('a database of a later version is refused and left alone', async () => {
  await using at = await place()
  const later = new DatabaseSync(at.path)
  later.exec(`PRAGMA user_version = ${migrations.length + 1}`)
  later.close()
  assert.throws(() => openDatabase(at.path, world()), code('database/newer'))
  assert.deepEqual(
    (await readdir(at.dir)).filter((name) => name.includes('damaged')),
    [],
  )
})

test('nobody else may read the database', async () => {
  await using at = await place()
  using database = openDatabase(at.path, world())
  settingStore(database).set('a', 'b', 1)
  for (const name of await readdir(at.dir)) assert.equal((await stat(join(at.dir, name))).mode & 0o777, 0o600)
  assert.throws(() => openDatabase(join(at.dir, 'none/kith.db'), world()), code('database/io'))
})
