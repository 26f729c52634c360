import { digestOf, type Digest } from '@kith/core/content/digest.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Layout, LayoutFile } from '@kith/core/transfer/layout.ts'
import { leafCount, type Proof } from '@kith/core/transfer/proof.ts'
import { BencodeDict, decodeDict, encode } from '@kith/wire/bencode.ts'
import { strictText } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { deepestPath, longestPath, safeName, SafePaths } from '@kith/wire/safe-path.ts'

const DIGEST_BYTES = 32
const KIBIBYTE = 1024
/** A question of a lane is some MiB long: shorter leaves would only make the manifest longer. */
const SHORTEST_LEAF = 64 * KIBIBYTE
const LONGEST_LEAF = 16 * KIBIBYTE * KIBIBYTE
const USUAL_LEAVES = 2_048
/** The manifest of a million files with long names. */
export const MOST_MANIFEST_BYTES: number = 256 * KIBIBYTE * KIBIBYTE
const MOST_FILES = 1_000_000
const TIGER_BYTES = 24

/** What a file or folder consists of: the whole of what has to be known to fetch and to prove it. */
export interface Manifest {
  readonly layout: Layout
  /** BLAKE3 or SHA-256 of every leaf over everything, or one level of the Tiger tree of each file that is not empty. */
  readonly proofs: readonly Proof[]
}

/** Bytes of a leaf, a power of two, for so many bytes in all. */
export function chooseLeaf(size: number): number {
  let leaf = SHORTEST_LEAF
  while (leaf < LONGEST_LEAF && size / leaf > USUAL_LEAVES) leaf *= 2
  return leaf
}

/**
 * The bytes that everyone has who has this content, so that their SHA-256 is its name. Bencoded: `name`, `leaf` (bytes),
 * `leaves` (digests one after another), and for a folder `files`, each with `path`, `length` and `x` where it is a program;
 * a single file has `length` (and `x`) itself. The digests are BLAKE3 where `hash` is `blake3`, and SHA-256 without it, as they
 * were in the beginning. What is in shared folders was hashed before: there `hash` is `tth`, and each file has `leaf` and
 * `leaves` of its own.
 */
export function encodeManifest({ layout, proofs }: Manifest): Uint8Array<ArrayBuffer> {
  const only = layout.single ? layout.files[0] : undefined
  const [proof] = proofs
  if (proof === undefined) throw broken('it holds no bytes')
  if (proof.algorithm === 'tth') return encodeTrees(layout, proofs)
  return encode({
    hash: proof.algorithm === 'blake3' ? 'blake3' : undefined,
    name: layout.name,
    leaf: proof.leaf,
    leaves: proof.expected,
    ...(only === undefined
      ? {
          files: layout.files.map((file) => ({
            path: file.path,
            length: file.size,
            x: file.executable === true ? 1 : undefined,
          })),
        }
      : { length: layout.size, x: only.executable === true ? 1 : undefined }),
  })
}

function encodeTrees(layout: Layout, proofs: readonly Proof[]): Uint8Array<ArrayBuffer> {
  const proofAt = new Map(proofs.map((proof) => [proof.start, proof]))
  const treeOf = ({ offset, size }: LayoutFile): { leaf?: number | undefined; leaves?: Uint8Array | undefined } => {
    const proof = size === 0 ? undefined : proofAt.get(offset)
    return { leaf: proof?.leaf, leaves: proof?.expected }
  }
  if (layout.single) {
    return encode({ hash: 'tth', name: layout.name, length: layout.size, ...treeOf(layout.files[0]!) })
  }
  const files = layout.files.map((file) => ({ path: file.path, length: file.size, ...treeOf(file) }))
  return encode({ hash: 'tth', name: layout.name, files })
}

/** Whether a manifest is of files in shared folders, which others may share as well. */
export function isOfShares(bytes: Uint8Array): boolean {
  const parsed = attempt(() => parseManifest(bytes))
  return parsed.ok && parsed.value.proofs[0]?.algorithm === 'tth'
}

export function manifestDigest(bytes: Uint8Array): Digest {
  return digestOf('kith', hash('sha256', bytes))
}

/** Names lead nowhere else, whatever the maker wrote. @throws FaultError `input` `neighbours/manifest`, `neighbours/manifest-newer` */
export function parseManifest(bytes: Uint8Array): Manifest {
  const parsed = attempt(() => read(bytes))
  if (parsed.ok) return parsed.value
  if (parsed.fault.code === 'neighbours/manifest-newer') throw new FaultError(parsed.fault)
  throw fail('input', 'neighbours/manifest', `The description of the files is broken: ${parsed.fault.message}`)
}

function read(bytes: Uint8Array): Manifest {
  const dict = decodeDict(bytes, { maxBytes: MOST_MANIFEST_BYTES, maxDepth: 5, maxItems: MOST_FILES * 12 })
  const name = safeName(nameIn(dict))
  const list = dict.list('files')
  const dicts = list === undefined ? [dict] : [...list.needDicts()]
  const files = list === undefined ? [single(dict, name)] : below(dicts.map(entry))
  const size = files.reduce((sum, file) => sum + file.size, 0)
  if (!Number.isSafeInteger(size) || size === 0) throw broken('it holds no bytes, or too many')
  const layout = { name, single: list === undefined, size, files }
  const algorithm = algorithmIn(dict)
  if (algorithm === 'tth') {
    return { layout, proofs: files.flatMap((file, index) => (file.size === 0 ? [] : [treeIn(dicts[index]!, file)])) }
  }
  const leaf = dict.needInteger('leaf')
  if (leaf < SHORTEST_LEAF || leaf > LONGEST_LEAF || (leaf & (leaf - 1)) !== 0) throw broken('its leaves have no sense')
  const proof: Proof = {
    start: 0,
    end: size,
    leaf,
    algorithm,
    digestSize: DIGEST_BYTES,
    // Not a view: the manifest may go.
    expected: dict.needBytes('leaves').slice(),
  }
  if (proof.expected.length !== leafCount(proof) * DIGEST_BYTES) throw broken('it has too few or too many digests')
  return { layout, proofs: [proof] }
}

function algorithmIn(dict: BencodeDict): 'sha256' | 'blake3' | 'tth' {
  const name = dict.bytes('hash')
  if (name === undefined) return 'sha256'
  const text = strictText(name)
  if (text === 'blake3' || text === 'tth') return text
  throw fail('input', 'neighbours/manifest-newer', 'The files are described in a way that this version does not know', {
    hint: 'Update Kith on this device.',
  })
}

function treeIn(dict: BencodeDict, { offset, size }: LayoutFile): Proof {
  const leaf = dict.needInteger('leaf')
  const proof: Proof = {
    start: offset,
    end: offset + size,
    leaf,
    algorithm: 'tth',
    digestSize: TIGER_BYTES,
    expected: dict.needBytes('leaves').slice(),
  }
  // Large files have large leaves: the library keeps so many of one and no more.
  if (leaf < SHORTEST_LEAF || !Number.isInteger(Math.log2(leaf))) throw broken('its leaves have no sense')
  if (proof.expected.length !== leafCount(proof) * TIGER_BYTES) throw broken('it has too few or too many digests')
  return proof
}

function broken(message: string): FaultError {
  return fail('input', 'neighbours/manifest', message)
}

function nameIn(dict: BencodeDict): string {
  return strictText(dict.needBytes('name')) ?? 'unnamed'
}

function lengthIn(dict: BencodeDict): number {
  const length = dict.needInteger('length')
  if (length < 0) throw broken('a length is negative')
  return length
}

function single(dict: BencodeDict, name: string): LayoutFile {
  return { path: [name], offset: 0, size: lengthIn(dict), ...(dict.integer('x') === 1 ? { executable: true } : {}) }
}

interface Entry {
  readonly path: readonly string[]
  readonly size: number
  readonly executable: boolean
}

function entry(dict: BencodeDict): Entry {
  const path = [...(dict.list('path')?.needBytes() ?? [])].map((name) => safeName(strictText(name) ?? '_'))
  const bytes = path.reduce((sum, name) => sum + name.length * 3 + 1, 0)
  if (path.length === 0 || path.length > deepestPath || bytes > longestPath * 3) throw broken('a path has no sense')
  return { path, size: lengthIn(dict), executable: dict.integer('x') === 1 }
}

function below(entries: readonly Entry[]): readonly LayoutFile[] {
  if (entries.length > MOST_FILES) throw broken('it has too many files')
  const paths = new SafePaths()
  for (const { path } of entries) paths.announce(path)
  let offset = 0
  return entries.map(({ path, size, executable }) => {
    const file = { path: paths.take(path), offset, size, ...(executable ? { executable } : {}) }
    offset += size
    return file
  })
}
