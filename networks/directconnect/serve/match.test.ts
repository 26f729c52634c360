import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOf } from '@kith/core/content/digest.ts'
import { listedShares } from '@kith/core/share/listed.ts'
import type { Share } from '@kith/core/share/share.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { Question } from '../wire/question.ts'
import { Bodies } from './bodies.ts'
import { matches } from './match.ts'
import { OwnList } from './own-list.ts'
import { Shelf } from './shelf.ts'

const root = (index: number): Uint8Array => new Uint8Array(24).fill(index)

function share(index: number, path: string, more: Partial<Share> = {}): Share {
  return {
    id: String(index),
    content: { digests: [digestOf('tth', root(index))], size: index * 1000, name: path },
    path: path.split('/'),
    audience: 'everyone',
    read: async () => {},
    ...more,
  }
}

const shelf = new Shelf(
  listedShares([
    share(1, 'Music/Jazz/Live/one.flac'),
    share(2, 'Music/Jazz/two.mp3'),
    share(3, 'Papers/jazz.pdf'),
    share(4, 'Papers/secret jazz.pdf', { audience: 'friends' }),
    share(5, 'Papers/jazz elsewhere.pdf', { networks: ['neighbours'] }),
  ]),
  () => {},
)

function asked(question: Partial<Question>, most = 10): string[] {
  const whole = { words: [], without: [], extensions: [], ...question }
  return matches(shelf, whole, most, 3).map(({ path, folder }) => path.join('/') + (folder ? '/' : ''))
}

test('questions are answered from what hubs may see', () => {
  assert.deepEqual(asked({ words: ['JAZZ'] }), ['Music/Jazz/Live/one.flac', 'Music/Jazz/two.mp3', 'Papers/jazz.pdf'])
  assert.deepEqual(asked({ words: ['jazz', 'music'] }, 1), ['Music/Jazz/Live/one.flac'])
  assert.deepEqual(asked({ words: ['jazz'], without: ['liv'] }, 1), ['Music/Jazz/two.mp3'])
  assert.deepEqual(asked({ words: ['jazz'], kind: 'audio' }), ['Music/Jazz/Live/one.flac', 'Music/Jazz/two.mp3'])
  assert.deepEqual(asked({ words: [], extensions: ['pdf'] }), ['Papers/jazz.pdf'])
  assert.deepEqual(asked({ words: ['jazz'], minimumSize: 2000, maximumSize: 2000 }), ['Music/Jazz/two.mp3'])
  assert.deepEqual(asked({ words: ['jazz'], kind: 'folder' }), ['Music/Jazz/'])
  assert.deepEqual(asked({ kind: 'folder' }), [])
  assert.deepEqual(asked({ tth: root(2), words: ['nothing'] }), ['Music/Jazz/two.mp3'])
  assert.deepEqual(asked({ tth: root(4) }), [])
  assert.deepEqual(asked({ tth: root(9) }), [])
})

test('the list holds what hubs may see, whole or by folders', () => {
  const clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) }
  const list = new OwnList(shelf, clock, { cid: 'CID', generator: 'test' })
  const part = (base: string, recursive: boolean): string | undefined => {
    const bytes = list.part(base, recursive)
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
  }
  const whole = part('/', true)!
  assert.deepEqual(
    [...whole.matchAll(/Name="([^"]*)"/g)].map(([, name]) => name),
    ['Music', 'Jazz', 'Live', 'one.flac', 'two.mp3', 'Papers', 'jazz.pdf'],
  )
  assert.match(part('/Music/Jazz/', false)!, /<Directory Name="Live" Incomplete="1"\/>\r\n\t<File Name="two.mp3"/)
  assert.equal(part('/Music/none/', true), undefined)
})

test('a list is there as a body, and empty where nothing is shared', async () => {
  const list = new OwnList(
    shelf,
    { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
    { cid: '', generator: '' },
  )
  const bodies = new Bodies({ shelf, list, kernel: new TigerKernel(), subject: () => undefined })
  const ask = { kind: 'list', name: '/', start: 0, bytes: -1, zlib: true, recursive: true } as const
  const body = (await bodies.find(ask))!
  const plain = new Uint8Array(body.size)
  await body.read(0, plain)
  assert.match(new TextDecoder().decode(plain), /two\.mp3/)
  // On a hub where nothing is shared the list is there, and empty.
  const hidden = (await bodies.find(ask, false))!
  const nothing = new Uint8Array(hidden.size)
  await hidden.read(0, nothing)
  assert.doesNotMatch(new TextDecoder().decode(nothing), /Directory|File /)
  assert.equal(
    await bodies.find({ ...ask, kind: 'file', name: 'TTH/AEAQCAIBAEAQCAIBAEAQCAIBAEAQCAIBAEAQCAI' }, false),
    undefined,
  )
})
