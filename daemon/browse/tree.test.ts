import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FileTree } from './tree.ts'

function treeOf(...paths: string[][]): FileTree {
  const tree = new FileTree()
  for (const [index, path] of paths.entries()) tree.add({ path, size: index + 1, digests: [] })
  return tree
}

test('files lie in folders, which count what is in them at any depth', () => {
  const tree = treeOf(['Music', 'Live', 'a.flac'], ['Music', 'b.mp3'], ['readme.txt'])
  assert.equal(tree.root.count, 3)
  assert.equal(tree.root.bytes, 6)
  const music = tree.folder('Music')
  assert.deepEqual([...music.folders.keys()], ['Live'])
  assert.deepEqual([music.count, music.bytes], [2, 3])
  assert.deepEqual(
    [...tree.below('Music')].map(([above, { name }]) => [...above, name].join('/')),
    ['Music/b.mp3', 'Music/Live/a.flac'],
  )
  assert.deepEqual(
    [...tree.below('Music/Live/a.flac')].map(([above, { name }]) => [...above, name]),
    [['a.flac']],
  )
  assert.equal([...tree.below('')].length, 3)
})

test('what is not there is said to be not there', () => {
  const tree = treeOf(['Music', 'b.mp3'])
  for (const path of ['Films', 'Music/c.mp3', 'Music/b.mp3/x', 'constructor'])
    assert.throws(() => [...tree.below(path)], /There is no/)
  assert.throws(() => tree.folder('Films'), /There is no folder/)
})

test('a name with a slash leads nowhere else, and too many folders inside each other are left out', () => {
  const tree = treeOf(['..', 'a/../../b', 'c'], [''], [...Array.from({ length: 100 }, () => 'deep'), 'f'])
  assert.deepEqual([...tree.folder('..').folders.keys()], ['a_.._.._b'])
  assert.equal(tree.root.files[0]!.name, '_')
  assert.equal(tree.root.count, 2)
})

test('there is an end to what is kept', () => {
  const tree = new FileTree()
  for (let index = 0; index < 250_000; index++) assert.ok(tree.add({ path: ['a', 'f'], size: 1, digests: [] }))
  assert.equal(tree.add({ path: ['a', 'g'], size: 1, digests: [] }), false)
  assert.ok(tree.full)
})
