import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hex, utf8 } from '../bytes.ts'
import { hash, sha1, sha256, shaDigester } from './sha.ts'

test('FIPS 180 vectors, at once and in parts', () => {
  const vectors = {
    sha1: ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    sha256: [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ],
  }
  for (const algorithm of ['sha1', 'sha256'] as const) {
    const [empty, abc] = vectors[algorithm]
    assert.equal(hex(hash(algorithm, utf8(''))), empty)
    assert.equal(hex(hash(algorithm, utf8('abc'))), abc)
    const parts = shaDigester(algorithm)
    parts.update(utf8('a'))
    parts.update(utf8('bc'))
    assert.equal(hex(parts.digest()), abc)
  }
})

test('the digest is a plain array of its own', () => {
  const digest = sha1(utf8('abc'))
  assert.equal(Object.getPrototypeOf(digest), Uint8Array.prototype)
  assert.equal(digest.length, 20)
  assert.deepEqual(sha256(utf8('abc')), hash('sha256', utf8('abc')))
})
