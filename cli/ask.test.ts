import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const module = JSON.stringify(join(import.meta.dirname, 'ask.ts'))
const script = `const { ask } = await import(${module}); console.log('typed ' + await ask('? '))`

/** What comes of a question whose input is this. */
function asked(input: string): Promise<{ status: number | null; out: string; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' })
  const texts = { out: '', said: '' }
  child.stdout.on('data', (data) => (texts.out += String(data)))
  child.stderr.on('data', (data) => (texts.said += String(data)))
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, ...texts })))
}

test('a question reads one line of a pipe, and fails where there is none', async () => {
  for (const input of ['secret\n', 'secret']) {
    const { out, said } = await asked(input)
    assert.equal(out, 'typed secret\n', said)
  }
  const { status, said } = await asked('')
  assert.equal(status, 1, said)
  assert.match(said, /Nothing was typed/)
})
