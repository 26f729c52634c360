import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { closeSync, writeSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { CommitJob, Job } from './job.ts'
import { packRuns } from './packed.ts'
import { Pool } from './pool.ts'
import { folder, systemClock } from './testing.ts'

function code(expected: string) {
  return (error: unknown) => error instanceof FaultError && error.fault.code === expected
}

const nothing: CommitJob = {
  kind: 'commit',
  memory: new Uint8Array(new SharedArrayBuffer(4)),
  check: undefined,
  open: [],
}

/** Receiving this takes more memory than a worker may have, which kills it. */
function deadly(): Job {
  return {
    ...nothing,
    open: Array.from({ length: 1_200_000 }, (_, at) => ({ at, fd: at + 0.5, position: at + 0.5, length: at + 0.5 })),
  }
}

test('no thread exists before the first job, and no more than asked for', async () => {
  await using pool = new Pool({ clock: systemClock, workers: 2 })
  assert.equal(pool.size, 0)
  assert.deepEqual(await pool.run(nothing), { kind: 'committed', right: true })
  assert.equal(pool.size, 1)
  await Promise.all(Array.from({ length: 200 }, () => pool.run(nothing)))
  assert.equal(pool.size, 2)
})

test('threads can be started ahead of the work, no more than asked for', async () => {
  await using pool = new Pool({ clock: systemClock, workers: 2 })
  pool.prepare()
  assert.equal(pool.size, 2)
  pool.prepare()
  await Promise.all(Array.from({ length: 200 }, () => pool.run(nothing)))
  assert.equal(pool.size, 2)
  await using single = new Pool({ clock: systemClock, workers: 1 })
  single.prepare()
  assert.equal(single.size, 1)
})

test('a job that fails is an answer and leaves the thread alive', async () => {
  await using pool = new Pool({ clock: systemClock, workers: 1 })
  const bad: Job = { ...nothing, open: [{ at: 0, fd: 1_000_000, position: 0, length: 4 }] }
  const [failed, fine] = await Promise.all([pool.run(bad), pool.run(nothing)])
  assert.equal(failed.kind, 'failed')
  assert.equal(failed.kind === 'failed' && failed.error.code, 'EBADF')
  assert.deepEqual(fine, { kind: 'committed', right: true })
  const unknown = pool.run({ kind: 'digests', runs: packRuns([]), leaf: 1, algorithm: 'tth-of-nothing' as 'tth' })
  await assert.rejects(unknown, code('disk/algorithm'))
  assert.equal(pool.size, 1)
})

test('answers come back to the job that asked', async () => {
  await using pool = new Pool({ clock: systemClock, workers: 2 })
  const asked = Array.from({ length: 300 }, (_, index) => {
    const memory = new Uint8Array(new SharedArrayBuffer(8)).fill(index % 256)
    const expected = hash('sha1', index % 3 === 0 ? memory : new Uint8Array(9), 'buffer')
    return pool.run({ kind: 'commit', memory, check: { algorithm: 'sha1', expected }, open: [] })
  })
  const answers = await Promise.all(asked)
  assert.deepEqual(
    answers.map((answer) => answer.kind === 'committed' && answer.right),
    answers.map((_, index) => index % 3 === 0),
  )
})

test('commits get through while a long file is hashed, and an abort ends the hashing', async () => {
  await using temporary = await folder()
  const path = join(temporary.path, 'long')
  const length = 256 * 1024 * 1024
  await writeFile(path, new Uint8Array(1))
  await using pool = new Pool({ clock: systemClock, workers: 1 })
  const controller = new AbortController()
  const runs = [
    { kind: 'zeros', length },
    { kind: 'file', root: temporary.path, path, position: 0, length: 1 },
  ] as const
  const long = pool.run(
    { kind: 'digests', runs: packRuns(runs), leaf: length + 1, algorithm: 'sha1' },
    controller.signal,
  )
  let ended = false
  const settled = long.then(
    () => (ended = true),
    () => (ended = true),
  )
  await pool.run(nothing)
  assert.equal(ended, false)
  const reason = new Error('enough')
  controller.abort(reason)
  await assert.rejects(long, reason)
  await settled
  assert.deepEqual(await pool.run(nothing), { kind: 'committed', right: true })
})

test('a thread that dies takes only its jobs along and is replaced', async () => {
  await using pool = new Pool({ clock: systemClock, workers: 1 })
  await pool.run(nothing)
  await assert.rejects(pool.run(deadly()), code('disk/worker'))
  assert.deepEqual(await pool.run(nothing), { kind: 'committed', right: true })
})

test('after it was closed a pool refuses', async () => {
  const pool = new Pool({ clock: systemClock, workers: 1 })
  const last = pool.run(nothing)
  await pool[Symbol.asyncDispose]()
  assert.deepEqual(await last, { kind: 'committed', right: true })
  await assert.rejects(pool.run(nothing), code('disk/closed'))
})

test('a file that a thread opened is open when the thread has ended', async () => {
  await using temporary = await folder()
  const pool = new Pool({ clock: systemClock, workers: 1 })
  const path = join(temporary.path, 'made/file')
  const opened = await pool.run({ kind: 'open', root: temporary.path, path, writable: true, executable: false })
  assert.ok(opened.kind === 'opened')
  await pool[Symbol.asyncDispose]()
  assert.equal(writeSync(opened.fd, 'hello'), 5)
  closeSync(opened.fd)
  assert.equal(await readFile(path, 'utf8'), 'hello')
})

test('idle threads are ended', async () => {
  let now = 0
  const timers: { at: number; callback: () => void }[] = []
  const clock = {
    now: () => now,
    after(ms: number, callback: () => void) {
      timers.push({ at: now + ms, callback })
      return { [Symbol.dispose]() {} }
    },
  }
  await using pool = new Pool({ clock, workers: 1 })
  await pool.run(nothing)
  now = 20_000
  await pool.run(nothing)
  const fire = (): void => {
    const { at, callback } = timers.shift()!
    now = at
    callback()
  }
  fire()
  assert.equal(now, 30_000)
  assert.equal(pool.size, 1)
  fire()
  assert.equal(now, 50_000)
  assert.equal(pool.size, 0)
  assert.deepEqual(await pool.run(nothing), { kind: 'committed', right: true })
})
