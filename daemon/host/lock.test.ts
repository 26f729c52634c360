import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { takeLock } from './lock.ts'

test('a second daemon is refused with the process of the first, until that is killed', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kith-lock-'))
  try {
    const path = join(dir, 'state/kith.lock')
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
    assert.throws(
      () => takeLock(path),
      (error) =>
        error instanceof FaultError &&
        error.fault.code === 'daemon/running' &&
        error.message.includes(String(child.pid)),
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = takeLock(path)
    assert.throws(() => takeLock(path), FaultError)
    lock[Symbol.dispose]()
    lock[Symbol.dispose]()
    takeLock(path)[Symbol.dispose]()
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('one that is ending is waited for: a start right after a stop is no second daemon', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kith-lock-'))
  try {
    const path = join(dir, 'state/kith.lock')
    const script = `
      import { takeLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}
      const lock = takeLock(${JSON.stringify(path)})
      console.log('held')
      setTimeout(() => lock[Symbol.dispose](), 300)
    `
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    takeLock(path)[Symbol.dispose]()
    await ended
  } finally {
    await rm(dir, { recursive: true })
  }
})
