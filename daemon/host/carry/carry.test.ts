import assert from 'node:assert/strict'
import { closeSync, constants, existsSync, openSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { LeafAlgorithm } from '@kith/core/transfer/proof.ts'
import type { FileRun } from '@kith/core/transfer/storage.ts'
import { streamSealer } from '@kith/wire/sealed/stream.ts'
import { stampOf } from '../hash/stamp.ts'
import { MIB, both, checkOf, code, eventually, faultFrom, ground, key, numbered, same, skip } from './testing.ts'

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
