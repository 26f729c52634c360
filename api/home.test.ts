import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolders, makeHome } from './home.ts'

test('a home is made with what is above it, for the user alone, and may be there already', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-home-'))
  try {
    const home = join(folder, 'a', 'b')
    for (const _ of [1, 2]) assert.equal(await makeHome(home), undefined)
    assert.equal((await stat(home)).mode & 0o777, 0o700)
    assert.equal((await stat(join(folder, 'a'))).mode & 0o777, 0o700)
    await symlink(home, join(folder, 'link'))
    assert.equal(await makeHome(join(folder, 'link', 'c')), undefined)
    assert.ok((await stat(join(home, 'c'))).isDirectory())
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a home that cannot be is told with what helps', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-home-'))
  try {
    const file = join(folder, 'file')
    await writeFile(file, '')
    for (const path of [file, join(file, 'state'), join(file, 'state', 'deep')]) {
      const trouble = await makeHome(path)
      assert.match(trouble?.message ?? '', /a file stands where a folder has to be$/)
      assert.match(trouble?.hint ?? '', /^Move it away, or choose another home with --home\.$/)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('where a folder is there and takes none, making one ends', async () => {
  await assert.rejects(makeFolders('/proc/kith/state/deep'), { code: 'ENOENT' })
  assert.match((await makeHome('/proc/kith/state'))?.hint ?? '', /^Choose another home/)
})
