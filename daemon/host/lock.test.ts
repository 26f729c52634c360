import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { takeLock } from './lock.ts'

/** Runs with the path of a lock that nobody has taken yet. */
function withLock(run: (path: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kith-lock-'))
    try {
      await run(join(folder, 'kith.lock'))
    } finally {
      await rm(folder, { recursive: true })
    }
  }
}

function isRunning(process: number | '', text: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof FaultError)
    assert.equal(error.fault.code, 'daemon/running')
    assert.match(error.message, text)
    assert.ok(error.message.includes(String(process)), error.message)
    return true
  }
}

/** Who is not ending is not waited for. */
const never = (): void => assert.fail('it waited')

test(
  'a second daemon is refused with the process of the first, until that is killed',
  withLock(async (path) => {
    const script = `
      import { takeLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}
      const lock = takeLock(${JSON.stringify(path)})
      console.log('held')
      setInterval(() => lock, 1000)
    `
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    assert.throws(() => takeLock(path, never), isRunning(child.pid!, /is running already/))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = takeLock(path, never)
    assert.throws(() => takeLock(path, never), isRunning(process.pid, /is running already/))
    lock[Symbol.dispose]()
    lock[Symbol.dispose]()
    takeLock(path, never)[Symbol.dispose]()
  }),
)

test(
  'one that is ending is waited for: a start right after a stop is no second daemon',
  withLock((path) => {
    const first = takeLock(path)
    first.ending()
    let looks = 0
    const second = takeLock(path, () => {
      if (++looks === 3) first[Symbol.dispose]()
    })
    assert.equal(looks, 3)
    assert.throws(() => takeLock(path, never), isRunning(process.pid, /is running already/), 'the next is not ending')
    second[Symbol.dispose]()
  }),
)

test(
  'one that never ends is not waited for without end',
  withLock((path) => {
    using first = takeLock(path)
    first.ending()
    assert.throws(() => takeLock(path, () => {}), isRunning(process.pid, /has still not ended/))
  }),
)

test(
  'one that cannot say that it is ending, as on a full disk, ends all the same',
  withLock((path) => {
    using lock = takeLock(path)
    rmSync(`${path}.pid`)
    mkdirSync(`${path}.pid`)
    lock.ending()
    assert.throws(() => takeLock(path, never), isRunning('', /is running already/))
  }),
)
