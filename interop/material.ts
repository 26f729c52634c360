import { createCipheriv, createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'

/** A folder that is gone when the test ends. */
export interface Scratch extends AsyncDisposable {
  readonly path: string
  at(...names: string[]): string
}

export async function scratch(): Promise<Scratch> {
  const path = await mkdtemp(join(tmpdir(), 'kith-interop-'))
  // Programs that give up being root have to find their files.
  await chmod(path, 0o755)
  return {
    path,
    at: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** The same bytes for the same seed, in a stream that does not compress. */
export function bytesFrom(seed: string, length: number): Uint8Array {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

/** Writes a file, and the folders above it. */
export async function put(path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}

/** A folder with everything that makes file lists hard: odd sizes, empty files, unicode, 200-byte names, depth. */
export async function awkwardTree(root: string): Promise<void> {
  const files: [string, number][] = [
    ['empty', 0],
    ['one byte', 1],
    ['a/exactly sixteen KiB', 16_384],
    ['a/b/c/d/e/odd', 1_234_567],
    ['a/another empty one.txt', 0],
    ['ünïcödé/日本語のファイル.bin', 77_777],
    ['decomposed/cafe\u0301.txt', 3_333],
    [`long/${'x'.repeat(196)}.bin`, 40_001],
    ['z last', 500_003],
    ['zz empty at the end', 0],
  ]
  for (const [path, size] of files) await put(join(root, path), bytesFrom(path, size))
}

/** Every file below a folder with a digest of its bytes, to be compared. Programs' own control files are left out. */
export async function tree(root: string): Promise<Record<string, string>> {
  const out: Record<string, string> = {}
  for (const entry of await readdir(root, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || /\.(aria2|torrent)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const { size } = await stat(path)
    out[relative(root, path)] = `${size} ${createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
      .slice(0, 16)}`
  }
  return out
}
