import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Proof } from '@kith/core/transfer/proof.ts'
import { encode } from '@kith/wire/bencode.ts'
import { attempt } from '@kith/wire/fault.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import { chooseLeaf, encodeManifest, isOfShares, manifestDigest, parseManifest } from './manifest.ts'

// `nul` is a device on some systems, and is called something else here.
const name = fc.stringMatching(/^n[a-zA-Z0-9_äß]{0,12}$/).filter((one) => safeName(one) === one)
const LEAF = 64 * 1024

const layouts = fc
  .record({
    name,
    files: fc.uniqueArray(
      fc.record({
        path: fc.array(name, { minLength: 1, maxLength: 4 }),
        size: fc.nat(200_000),
        executable: fc.boolean(),
      }),
      { minLength: 1, maxLength: 12, selector: ({ path }) => path[0]!.toLowerCase() },
    ),
  })
  .filter(({ files }) => files.some(({ size }) => size > 0))
  .map(({ name, files }): Layout => {
    let size = 0
    const laid = files.map(({ path, size: length, executable }) => {
      const file = { path, offset: size, size: length, ...(executable ? { executable } : {}) }
      size += length
      return file
    })
    return { name, single: false, size, files: laid }
  })

function manifestOf(layout: Layout, algorithm: 'sha256' | 'blake3' = 'blake3'): Uint8Array<ArrayBuffer> {
  const expected = new Uint8Array(Math.ceil(layout.size / LEAF) * 32).map((_, index) => index)
  return encodeManifest({
    layout,
    proofs: [{ start: 0, end: layout.size, leaf: LEAF, algorithm, digestSize: 32, expected }],
  })
}

describe('a manifest', () => {
  it('of shared folders has a tree for each file, and comes back as it was made', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const proofs = layout.files
          .filter(({ size }) => size > 0)
          .map(({ offset, size }): Proof => {
            const expected = new Uint8Array(Math.ceil(size / LEAF) * 24).map((_, index) => index)
            return { start: offset, end: offset + size, leaf: LEAF, algorithm: 'tth', digestSize: 24, expected }
          })
        // Whether a file is a program is not told of shared files.
        const files = layout.files.map(({ path, offset, size }) => ({ path, offset, size }))
        const manifest = { layout: { ...layout, files }, proofs }
        const bytes = encodeManifest(manifest)
        assert.deepEqual(parseManifest(bytes), manifest)
        assert.ok(isOfShares(bytes) && !isOfShares(manifestOf(layout)))
      }),
    )
  })

  it('comes back as it was made, and the same files give the same name', () => {
    fc.assert(
      fc.property(layouts, fc.constantFrom('sha256', 'blake3'), (layout, algorithm) => {
        const bytes = manifestOf(layout, algorithm)
        const parsed = parseManifest(bytes)
        assert.deepEqual(parsed.layout, layout)
        assert.deepEqual(
          parsed.proofs.map((proof) => proof.algorithm),
          [algorithm],
        )
        assert.equal(parsed.proofs[0]!.expected.length, Math.ceil(layout.size / LEAF) * 32)
        assert.deepEqual(encodeManifest(parsed), bytes)
        assert.equal(manifestDigest(encodeManifest(parsed)), manifestDigest(bytes))
      }),
    )
  })

  it('of a single file has no folder around it', () => {
    const layout: Layout = { name: 'a.txt', single: true, size: 5, files: [{ path: ['a.txt'], offset: 0, size: 5 }] }
    assert.deepEqual(parseManifest(manifestOf(layout)).layout, layout)
  })

  it('leads nowhere else, whatever stands in it', () => {
    const leaves = new Uint8Array(32)
    const files = [
      { path: ['..', '..', 'etc', 'passwd'], length: 1 },
      { path: ['a/b', '\\c', 'con'], length: 1 },
      { path: ['x'], length: 1 },
      { path: ['X'], length: 1 },
    ]
    const { layout } = parseManifest(encode({ name: '../up', leaf: LEAF, leaves, files }))
    for (const part of [layout.name, ...layout.files.flatMap(({ path }) => path)]) {
      assert.ok(!/^\.*$|[/\\]/.test(part), part)
    }
    assert.equal(new Set(layout.files.map(({ path }) => path.join('/').toLowerCase())).size, 4)
  })

  it('is refused where it does not add up', () => {
    const leaves = new Uint8Array(32)
    const fine = { name: 'a', leaf: LEAF, leaves, length: 5 }
    assert.equal(parseManifest(encode(fine)).layout.size, 5)
    for (const wrong of [
      { ...fine, length: 0 },
      { ...fine, length: -1 },
      { ...fine, length: LEAF + 1 },
      { ...fine, leaf: LEAF + 1 },
      { ...fine, leaf: 1024 },
      { ...fine, leaf: 2 ** 40 },
      { ...fine, leaves: new Uint8Array(31) },
      { ...fine, name: undefined },
      { name: 'a', leaf: LEAF, leaves, files: [{ path: [], length: 5 }] },
      { name: 'a', leaf: LEAF, leaves, files: [{ path: Array.from({ length: 100 }, () => 'x'), length: 5 }] },
      { name: 'a', leaf: LEAF, leaves, files: [{ path: ['x'], length: Number.MAX_SAFE_INTEGER }] },
    ]) {
      assert.throws(
        () => parseManifest(encode(wrong)),
        (error) => error instanceof FaultError && error.fault.code === 'neighbours/manifest',
      )
    }
  })

  it('with digests of a kind that is not known says that Kith is too old', () => {
    const leaves = new Uint8Array(32)
    assert.throws(
      () => parseManifest(encode({ hash: 'blake9', name: 'a', leaf: LEAF, leaves, length: 5 })),
      (error) => error instanceof FaultError && error.fault.code === 'neighbours/manifest-newer',
    )
  })

  it('gives a fault for garbage', () => {
    fc.assert(
      fc.property(layouts, fc.uint8Array({ maxLength: 40 }), fc.nat(500), (layout, garbage, at) => {
        const bytes = manifestOf(layout)
        bytes.set(garbage.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
        const parsed = attempt(() => parseManifest(bytes))
        if (!parsed.ok) assert.match(parsed.fault.code, /^neighbours\/manifest(-newer)?$/)
      }),
    )
  })

  it('has leaves that suit its size', () => {
    assert.equal(chooseLeaf(1), 64 * 1024)
    assert.equal(chooseLeaf(2 * 1024 ** 3), 1024 * 1024)
    assert.equal(chooseLeaf(1024 ** 5), 16 * 1024 * 1024)
  })
})
