import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import type { Worker } from 'node:worker_threads'
import type { Fault } from '@kith/core/fault/fault.ts'
import { systemClock } from '../clock.ts'
import { type CarryKind, CarryThreads } from './threads.ts'
import {
  MIB,
  both,
  carrying,
  checkOf,
  code,
  descriptors,
  eventually,
  faultFrom,
  ground,
  key,
  numbered,
  skip,
} from './testing.ts'

test('the other side ends, or breaks the connection', { skip }, async () => {
  await using here = await ground()
  const ends: readonly ((socket: Socket) => void)[] = [(socket) => socket.end(), (socket) => socket.resetAndDestroy()]
  for (const end of ends) {
    const connection = await here.taker((socket) => socket.once('data', () => end(socket)))
    const taking = here.carriers.take(connection, key)!
    const { kind, code } = await faultFrom(taking.take(checkOf(numbered(1000)), [here.empty('taken', 1000)]))
    assert.deepEqual([kind, code], ['gone', 'net/reset'])
    const late = await faultFrom(taking.take(checkOf(numbered(1000)), [here.empty('taken', 1000)]))
    assert.equal(late.code, 'net/reset', 'what comes afterwards is rejected with the same')
  }
  await eventually('the threads let go', () => here.carriers.size === 0)
})

test('a giver whose other side breaks the connection hears of it', { skip }, async () => {
  await using here = await ground()
  const { giver, taker } = await here.pair()
  const giving = here.carriers.give(giver, key)!
  const given = await here.file('given', numbered(16 * MIB))
  const fault = faultFrom(giving.give([given]))
  taker.close({ kind: 'gone', code: 'test/over', message: 'Enough' })
  assert.equal((await fault).kind, 'gone')
})

test('closing while the other side is silent, or takes nothing, rejects all that is expected', { skip }, async () => {
  await using here = await ground()
  const over: Fault = { kind: 'gone', code: 'test/over', message: 'The test is over' }
  const silent = await here.taker(() => {})
  const taking = here.carriers.take(silent, key)!
  const taken = [1, 2, 3].map(() => faultFrom(taking.take(checkOf(numbered(9)), [here.empty('taken', 9)])))
  // More than sockets hold, for somebody who does not read: the thread waits until there is room.
  const { giver } = await here.pair()
  const giving = here.carriers.give(giver, key)!
  const given = await here.file('given', numbered(32 * MIB))
  const gave = [1, 2].map(() => faultFrom(giving.give([given])))
  taking.close(over)
  giving.close(over)
  taking.close({ ...over, code: 'test/twice' })
  for (const fault of [...taken, ...gave]) assert.deepEqual(await fault, over)
  await assert.rejects(giving.give([given]), code('test/over'))
  assert.equal(here.carriers.size, 0, 'both have let go when they say so')
})

test('closing when nothing is expected lets go too', { skip }, async () => {
  await using here = await ground()
  const { giving, taking } = await both(here)
  giving.close()
  taking.close()
  await eventually('the threads let go', () => here.carriers.size === 0)
})

test('who closes the connection ends its threads', { skip }, async () => {
  await using here = await ground()
  const connection = await here.taker(() => {})
  const taking = here.carriers.take(connection, key)!
  const fault = faultFrom(taking.take(checkOf(numbered(9)), [here.empty('taken', 9)]))
  connection.close({ kind: 'gone', code: 'test/over', message: 'The test is over' })
  assert.equal((await fault).code, 'test/over')
})

test('no more connections are carried than may be, and one that ended makes room', { skip }, async () => {
  await using here = await ground({ most: 2 })
  const { giving } = await both(here)
  const { giver, taker } = await here.pair()
  here.carriers.prepare('take')
  assert.equal(here.carriers.give(giver, key), undefined)
  assert.equal(here.carriers.take(taker, key), undefined)
  giving.close()
  await eventually('there is room', () => here.carriers.size === 1)
  assert.ok(here.carriers.give(giver, key) !== undefined, 'a connection that was refused is as it was')
})

test(
  'where the system starts no thread, or not all, the connection is given up and counted no more',
  { skip },
  async () => {
    /** Has so many threads. */
    class Few extends CarryThreads {
      left = 0

      override take(kind: CarryKind): Worker {
        if (this.left-- === 0) throw new Error('no thread is left')
        return super.take(kind)
      }
    }
    const threads = new Few(systemClock())
    await using here = await ground({ threads, writers: 2, most: 2 })
    for (const count of [0, 1, 2]) {
      const { taker, giver } = await here.pair()
      threads.left = count
      assert.equal(here.carriers.take(taker, key), undefined)
      threads.left = 0
      assert.equal(here.carriers.give(giver, key), undefined)
      await eventually('those that were started let go', () => here.carriers.size === 0)
    }
    threads.left = 9
    const { giving, taking } = await both(here)
    const bytes = numbered(1000)
    const right = taking.take(checkOf(bytes), [here.empty('taken', bytes.length)])
    await giving.give([await here.file('given', bytes)])
    assert.equal(await right, true)
  },
)

test('what is no plain socket, is open, or has ended is not carried', { skip }, async () => {
  await using here = await ground()
  const { giver, taker } = await here.pair()
  giver.open({ receive() {}, ended() {} })
  assert.equal(here.carriers.give(giver, key), undefined)
  taker.close()
  assert.equal(here.carriers.take(taker, key), undefined)
  assert.equal(here.carriers.take({ ...taker }, key), undefined)
})

test('descriptors and threads are given back, also those that were only prepared', { skip }, async () => {
  const bytes = numbered(MIB)
  const round = async (): Promise<void> => {
    await using here = await ground({ writers: 2 })
    here.carriers.prepare('give')
    here.carriers.prepare('take')
    here.carriers.prepare('take')
    const { giving, taking } = await both(here)
    here.carriers.prepare('give')
    const right = taking.take(checkOf(bytes), [here.empty('taken', MIB)])
    await giving.give([await here.file('given', bytes)])
    assert.equal(await right, true)
    void taking.take(checkOf(bytes), [here.empty('taken', MIB)]).catch(() => {})
    assert.ok((await carrying()) >= 4)
  }
  // What Node itself keeps from the first time on is no matter of this.
  await round()
  const before = await descriptors()
  for (let times = 0; times < 2; times++) await round()
  await eventually('all threads have ended', async () => (await carrying()) === 0)
  await eventually('all descriptors are closed', async () => (await descriptors()) <= before)
})
