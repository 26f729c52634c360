import assert from 'node:assert/strict'
import { closeSync, constants, existsSync, openSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError, type Fault } from '@kith/core/fault/fault.ts'
import type { Giving, Taking } from '@kith/core/network/carriers.ts'
import type { LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { FileRun } from '@kith/core/transfer/storage.ts'
import { streamSealer } from '@kith/wire/sealed/stream.ts'
import { stampOf } from '../hash/stamp.ts'
import { carrying, checkOf, descriptors, eventually, ground, type Ground, numbered, skip } from './testing.ts'

const MIB = 1024 * 1024
const key = numbered(32, 5)

function code(expected: string) {
  return (error: unknown): boolean => error instanceof FaultError && error.fault.code === expected
}

/** The fault of what has to be rejected; heard from at once, so that it is never unhandled. */
async function faultFrom(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise
  } catch (error) {
    if (error instanceof FaultError) return error.fault
    throw error
  }
  return assert.fail('it was not rejected')
}

/** A failing `deepEqual` of many bytes takes minutes to print its difference. */
function same(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length)
  assert.equal(Buffer.compare(actual, expected), 0, 'the bytes are the same')
}

async function both(
  { carriers, pair }: Ground,
  through?: (port: number) => Promise<number>,
): Promise<{ readonly giving: Giving; readonly taking: Taking }> {
  const { giver, taker } = await pair(through)
  const [giving, taking] = [carriers.give(giver, key), carriers.take(taker, key)]
  assert.ok(giving !== undefined && taking !== undefined)
  return { giving, taking }
}

/** Cuts a run into several that follow each other. */
function cut(run: FileRun, at: readonly number[]): FileRun[] {
  const ends = [...at.filter((one) => one < run.length), run.length]
  return ends.map((end, index) => {
    const start = index === 0 ? 0 : ends[index - 1]!
    return { ...run, position: run.position + start, length: end - start }
  })
}

for (const writers of [1, 2]) {
  test(`what is given arrives bit for bit, with ${writers} who write`, { skip }, async () => {
    await using here = await ground({ writers })
    const { giving, taking } = await both(here)
    const cells: readonly [number, LeafAlgorithm][] = [
      [1, 'sha256'],
      [17, 'tth'],
      [300_001, 'sha256'],
      [3 * MIB + 5, 'tth'],
      [MIB, 'sha1'],
      [1023, 'tth'],
      [5 * MIB - 3, 'sha256'],
    ]
    const size = cells.reduce((sum, [length]) => sum + length, 0)
    const bytes = numbered(size)
    // Two files on this side and two on the other, which do not end where cells do.
    const [first, second] = [7 * MIB + 11, 200_003]
    const given = [
      await here.file('given 1', bytes.subarray(0, first)),
      await here.file('given 2', bytes.subarray(first)),
    ]
    const taken = [here.empty('taken 1', second, 5), here.empty('taken 2', size - second)]
    const within = (runs: readonly FileRun[], start: number, end: number): FileRun[] => {
      const found: FileRun[] = []
      let offset = 0
      for (const run of runs) {
        const from = Math.max(start, offset)
        const to = Math.min(end, offset + run.length)
        if (from < to) found.push({ ...run, position: run.position + from - offset, length: to - from })
        offset += run.length
      }
      return found
    }
    const done: Promise<unknown>[] = []
    let at = 0
    for (const [length, algorithm] of cells) {
      const check = checkOf(bytes.subarray(at, at + length), algorithm, at)
      const runs = within(taken, at, at + length).flatMap((run) => cut(run, [1, 70_001]))
      done.push(taking.take(check, runs).then((right) => assert.equal(right, true, algorithm)))
      done.push(giving.give(within(given, at, at + length).flatMap((run) => cut(run, [3, 262_143]))))
      at += length
    }
    await Promise.all(done)
    same(await here.written('taken 1'), Buffer.concat([new Uint8Array(5), bytes.subarray(0, second)]))
    same(await here.written('taken 2'), bytes.subarray(second))
    assert.equal(here.carriers.size, 2)
    assert.ok(giving.unlimited && taking.unlimited)
  })
}

test('a digest that is not the right one is told of, and the next cell still comes', { skip }, async () => {
  await using here = await ground({ writers: 2 })
  const { giving, taking } = await both(here)
  const bytes = numbered(3 * 200_000)
  const given = await here.file('given', bytes)
  const answers: Promise<boolean>[] = []
  for (const at of [0, 200_000, 400_000]) {
    const check = checkOf(bytes.subarray(at, at + 200_000))
    if (at === 200_000) check.expected[0]! ^= 1
    answers.push(taking.take(check, [here.empty('taken', 200_000, at)]))
  }
  await giving.give([given])
  assert.deepEqual(await Promise.all(answers), [true, false, true])
  same(await here.written('taken'), bytes)
})

test('what is written is told of while the next bytes are late, and those too when they come', { skip }, async () => {
  await using here = await ground()
  const bytes = numbered(5 * 100_000)
  const sealer = streamSealer(key)
  const come = Promise.withResolvers<Socket>()
  const connection = await here.taker((socket) => socket.once('data', () => come.resolve(socket)))
  const taking = here.carriers.take(connection, key)!
  const answers = [0, 1, 2, 3, 4].map((cell) => {
    const at = cell * 100_000
    return taking.take(checkOf(bytes.subarray(at, at + 100_000)), [here.empty('taken', 100_000, at)])
  })
  const socket = await come.promise
  for (const [cell, answer] of answers.entries()) {
    const at = cell * 100_000
    for (const part of sealer.seal(bytes.subarray(at, at + 100_000))) socket.write(part)
    assert.equal(await answer, true, 'nothing else has been sent yet')
  }
  same(await here.written('taken'), bytes)
})

test('a byte that was changed on the way is the end, and nothing of its record is written', { skip }, async () => {
  await using here = await ground()
  await using stack = new AsyncDisposableStack()
  const through = async (port: number): Promise<number> => {
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const one of [near, far]) {
        one.on('error', () => {})
        stack.defer(() => void one.destroy())
      }
      near.pipe(far)
      let passed = 0
      far.on('data', (data: Buffer<ArrayBuffer>) => {
        // In the middle of the second record.
        const at = 400_000 - passed
        if (at >= 0 && at < data.length) data[at]! ^= 4
        passed += data.length
        near.write(data)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    stack.defer(() => void server.close())
    return (server.address() as AddressInfo).port
  }
  const { giving, taking } = await both(here, through)
  const bytes = numbered(2 * MIB)
  const given = await here.file('given', bytes)
  void giving.give([given]).catch(() => {})
  const [one, other] = [0, MIB].map((at) =>
    faultFrom(taking.take(checkOf(bytes.subarray(at, at + MIB)), [here.empty('taken', MIB, at)])),
  )
  assert.equal((await one)?.code, 'wire/sealed')
  assert.equal((await other)?.kind, 'peer')
  // Records are of 256 KiB: of the first, nothing was changed.
  const written = await here.written('taken')
  assert.ok(written.length <= 256 * 1024)
  same(written, bytes.subarray(0, written.length))
})

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

test('a file that was changed, is too short, or cannot be read is not given', { skip }, async () => {
  await using here = await ground()
  const bytes = numbered(600_000)
  const stamped = async (name: string): Promise<FileRun> => {
    const run = await here.file(name, bytes)
    return { ...run, stamp: stampOf(await stat(run.path, { bigint: true })) }
  }
  const [changed, cutOff, whole] = [await stamped('changed'), await stamped('cut off'), await stamped('whole')]
  const plain = await here.file('plain', bytes)
  await writeFile(changed.path, numbered(600_000, 9))
  await writeFile(cutOff.path, bytes.subarray(0, 1000))
  const cases: readonly [FileRun, string][] = [
    [changed, 'share/changed'],
    [cutOff, 'share/changed'],
    [{ ...plain, length: 600_001 }, 'disk/gone'],
    [{ ...plain, file: openSync(here.dir, constants.O_RDONLY) }, 'disk/in-the-way'],
  ]
  for (const [run, expected] of cases) {
    const { giver } = await here.pair()
    const giving = here.carriers.give(giver, key)!
    const [first, then] = [faultFrom(giving.give([run])), faultFrom(giving.give([plain]))]
    assert.equal((await first).code, expected)
    assert.equal((await then).code, expected)
  }
  closeSync(cases[3]![0].file)
  const { giving, taking } = await both(here)
  const right = taking.take(checkOf(bytes), [here.empty('taken', bytes.length)])
  await giving.give([whole])
  assert.equal(await right, true, 'what is as it was is given')
})

test(
  'a disk that is full, or not for writing, is the end, and says so',
  { skip: skip || (!existsSync('/dev/full') && 'there is no /dev/full') },
  async () => {
    await using here = await ground({ writers: 2 })
    const bytes = numbered(MIB)
    const given = await here.file('given', bytes)
    const full = openSync('/dev/full', constants.O_WRONLY)
    const cases: readonly [FileRun, string][] = [
      [{ file: full, path: '/somewhere/full', position: 0, length: MIB }, 'disk/full'],
      [{ ...given, path: '/somewhere/read-only' }, 'disk/io'],
    ]
    for (const [run, expected] of cases) {
      const { giving, taking } = await both(here)
      void giving.give([given, given]).catch(() => {})
      const fault = faultFrom(taking.take(checkOf(bytes), [run]))
      const other = faultFrom(taking.take(checkOf(bytes), [run]))
      assert.equal((await fault).code, expected)
      assert.match((await fault).message, /\/somewhere\//)
      assert.equal((await other).kind, 'local')
      giving.close()
    }
    closeSync(full)
  },
)

test('who sends more than was asked for is left', { skip }, async () => {
  await using here = await ground()
  const bytes = numbered(5000)
  for (const beyond of [1, 400_000]) {
    const connection = await here.taker((socket) =>
      socket.once('data', () => {
        for (const part of streamSealer(key).seal(Buffer.concat([bytes, new Uint8Array(beyond)]))) socket.write(part)
      }),
    )
    const taking = here.carriers.take(connection, key)!
    // The last that is asked for may be proven before, which is as good.
    const first = await taking.take(checkOf(bytes), [here.empty('taken', 5000)]).catch((error: FaultError) => error)
    assert.ok(first === true || code('neighbours/message')(first))
    // Were more asked for before that was noticed, it would be taken for the answer.
    await eventually('the threads let go', () => here.carriers.size === 0)
    const fault = await faultFrom(taking.take(checkOf(bytes), [here.empty('taken', 5000)]))
    assert.deepEqual([fault.kind, fault.code], ['peer', 'neighbours/message'])
  }
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

test('whatever bytes are on the wire, it ends with a fault or goes on', { skip }, async () => {
  await using here = await ground()
  const bytes = numbered(3000)
  const right = Buffer.concat(streamSealer(key).seal(bytes))
  const wire = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4000 }),
    fc.record({ at: fc.nat(right.length - 1), bit: fc.nat(7) }).map(({ at, bit }) => {
      const bent = Uint8Array.from(right)
      bent[at]! ^= 1 << bit
      return bent
    }),
    fc.nat(right.length - 1).map((length) => Uint8Array.from(right.subarray(0, length))),
    fc.uint8Array({ minLength: 1, maxLength: 50 }).map((more) => Uint8Array.from([...right, ...more])),
  )
  await fc.assert(
    fc.asyncProperty(wire, async (sent) => {
      const connection = await here.taker((socket) => socket.once('data', () => socket.end(sent)))
      const taking = here.carriers.take(connection, key)!
      const outcome = await taking.take(checkOf(bytes), [here.empty('taken', 3000)]).catch((error: unknown) => error)
      // What is whole may be proven before the rest is looked at.
      if (outcome === true) assert.equal(Buffer.compare(sent.subarray(0, right.length), right), 0)
      else assert.ok(outcome instanceof FaultError && ['peer', 'gone'].includes(outcome.fault.kind))
      taking.close()
      await eventually('the threads let go', () => here.carriers.size === 0)
    }),
    { numRuns: 8 },
  )
})
