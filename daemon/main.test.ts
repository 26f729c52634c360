import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const entry = join(import.meta.dirname, 'main.ts')

/** What a daemon that cannot start says, and what it tells the shell. */
function daemon(...args: readonly string[]): Promise<{ status: unknown; said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', entry, ...args], (error, _out, said) =>
      resolve({ status: error === null ? 0 : error.code, said }),
    )
  })
}

test('a daemon that is called wrongly says how it is called, and no stack', async () => {
  for (const args of [['--bogus'], ['--home'], ['positional']]) {
    const { status, said } = await daemon(...args)
    assert.equal(status, 2, said)
    assert.match(said, /^kith: .+/)
    assert.match(said, /kith daemon \[--home DIR\]/)
    assert.doesNotMatch(said, /^ +at /m)
  }
})

test('a home that cannot be is told with what helps, and no stack', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-main-'))
  try {
    const file = join(folder, 'file')
    await writeFile(file, '')
    // In /proc a folder is there, and takes none.
    const homes = [
      [file, /a file stands where a folder has to be\nMove it away, or choose/],
      ['/proc/kith', /no folder can be made there \(E\w+\)\nChoose/],
    ] as const
    for (const [home, why] of homes) {
      const { status, said } = await daemon('--home', home)
      assert.equal(status, 1, said)
      assert.match(said, /^kith: Kith cannot keep its things in .+ another home with --home\.$/ms)
      assert.match(said, why)
      assert.doesNotMatch(said, /^ +at /m)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})
