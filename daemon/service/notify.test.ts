import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { notifier } from './notify.ts'

test('systemd is told one thing after another, and only the last status that waits', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'kith-notify-'))
  try {
    const told = join(dir, 'told')
    const command = join(dir, 'systemd-notify')
    await writeFile(command, `#!/bin/sh\necho "$@" >> '${told}'\n`)
    await chmod(command, 0o755)
    const failures: Error[] = []
    const notify = notifier({ NOTIFY_SOCKET: '/run/x' }, (error) => failures.push(error), command)
    notify.ready()
    notify.status('1 peer')
    notify.status('2\npeers')
    notify.stopping()
    let text = ''
    while (!text.includes('stopping')) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      text = await readFile(told, 'utf8').catch(() => '')
    }
    assert.deepEqual(text.trim().split('\n'), ['--ready', '--status=2 peers', '--stopping'])
    const missing = notifier({ NOTIFY_SOCKET: '/run/x' }, (error) => failures.push(error), join(dir, 'none'))
    missing.ready()
    missing.stopping()
    while (failures.length < 2) await new Promise((resolve) => setTimeout(resolve, 10))
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('where no systemd listens nothing is run', async () => {
  const failures: Error[] = []
  notifier({}, (error) => failures.push(error), '/nowhere/systemd-notify').ready()
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(failures, [])
})
