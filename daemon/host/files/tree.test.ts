import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { FileTree } from './tree.ts'

async function* bytes(...parts: readonly string[]): AsyncGenerator<Uint8Array, void> {
  for (const part of parts) yield utf8(part)
}

async function* broken(): AsyncGenerator<Uint8Array, void> {
  yield utf8('half')
  throw new Error('the line broke')
}

async function place(): Promise<AsyncDisposable & { readonly path: string; readonly tree: FileTree }> {
  const path = await mkdtemp(join(tmpdir(), 'kith-tree-'))
  await mkdir(join(path, 'root'))
  const tree = new FileTree(join(path, 'root'))
  return { path, tree, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('files are written whole or not at all', async () => {
  await using at = await place()
  const { tree } = at
  await tree.makeFolder(['a'])
  const entry = await tree.write(['a', 'f'], bytes('one', 'two'))
  assert.deepEqual([entry.kind, entry.size], ['file', 6])
  await assert.rejects(tree.write(['a', 'f'], broken()), /the line broke/)
  await assert.rejects(tree.write(['a', 'f'], bytes('x'), true), FaultError)
  assert.equal(await readFile(join(at.path, 'root', 'a', 'f'), 'utf8'), 'onetwo')
  assert.deepEqual(await readdir(join(at.path, 'root', 'a')), ['f'])
  await assert.rejects(tree.write(['none', 'f'], bytes('x')), FaultError)
  await using opened = (await tree.open(['a', 'f']))!
  const read = await Array.fromAsync(opened.read(2, 5))
  assert.deepEqual(read, [utf8('etw')])
})

test('trees are copied, moved and removed, and links in them lead nowhere', async () => {
  await using at = await place()
  const { tree } = at
  await tree.makeFolder(['a'])
  await tree.makeFolder(['a', 'b'])
  await tree.write(['a', 'b', 'f'], bytes('here'))
  await writeFile(join(at.path, 'outside'), 'outside')
  await symlink(at.path, join(at.path, 'root', 'a', 'out'))
  await symlink(join(at.path, 'outside'), join(at.path, 'root', 'a', 'link'))
  assert.deepEqual(
    (await tree.list(['a'])).map(({ name }) => name),
    ['b'],
  )
  for (const names of [
    ['a', 'link'],
    ['a', 'out', 'outside'],
  ]) {
    assert.equal(await tree.look(names), undefined)
    assert.equal(await tree.open(names), undefined)
  }
  await assert.rejects(tree.write(['a', 'out', 'new'], bytes('x')), FaultError)
  await assert.rejects(tree.makeFolder(['a', 'out', 'new']), FaultError)
  await assert.rejects(tree.remove(['a', 'out', 'outside']), FaultError)
  await tree.copy(['a'], tree, ['c'], true)
  assert.deepEqual(await readdir(join(at.path, 'root', 'c')), ['b'])
  await tree.move(['c'], tree, ['d'])
  assert.equal(await readFile(join(at.path, 'root', 'd', 'b', 'f'), 'utf8'), 'here')
  await tree.remove(['a'])
  await tree.remove(['d'])
  assert.deepEqual(await readdir(join(at.path, 'root')), [])
  assert.equal(await readFile(join(at.path, 'outside'), 'utf8'), 'outside')
  for (const name of ['..', '.', '', 'a/b', 'a\0']) await assert.rejects(tree.makeFolder([name]), /no name/)
})

test('a link that is swapped in while files are written leads nowhere', async () => {
  await using at = await place()
  const inside = join(at.path, 'root', 'in')
  const outside = join(at.path, 'outside')
  await mkdir(inside)
  await mkdir(outside)
  const link = join(at.path, 'root', 'link')
  const kept = join(at.path, 'root', 'kept')
  await symlink(outside, link)
  const ended = new AbortController()
  // Puts a link in the place of the folder, and the folder back, as fast as it can.
  const swapping = (async () => {
    while (!ended.signal.aborted) {
      await rename(inside, kept)
      await rename(link, inside)
      await rename(inside, link)
      await rename(kept, inside)
    }
  })()
  let written = 0
  for (let number = 0; number < 400; number++) {
    try {
      await at.tree.write(['in', `${number}`], bytes('secret'))
      await at.tree.makeFolder(['in', `folder ${number}`])
      written++
    } catch (error) {
      if (!(error instanceof FaultError)) throw error
    }
  }
  ended.abort()
  await swapping
  assert.ok(written > 0, 'some were written')
  assert.deepEqual(await readdir(outside), [])
})
