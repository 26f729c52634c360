import { randomFillSync, createHash } from 'node:crypto'
import { existsSync, statfsSync } from 'node:fs'
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file of random bytes and the version 1 torrent of it. */
export interface Material {
  /** Where the file lies. */
  readonly folder: string
  readonly file: string
  readonly size: number
  readonly pieceLength: number
  readonly pieces: number
  readonly torrent: Uint8Array
  /** Hexadecimal. */
  readonly infoHash: string
}

/** A folder in memory when there is room for it, so that the disk is not what is measured. */
export async function scratchFolder(bytes: number): Promise<string> {
  const memory = '/dev/shm'
  const room = existsSync(memory) ? statfsSync(memory).bavail * statfsSync(memory).bsize : 0
  return mkdtemp(join(room > bytes ? memory : tmpdir(), 'kith-bench-'))
}

/** @param announce a tracker that answers with nobody: some clients take no torrent without one */
export async function makeMaterial(folder: string, size: number, announce: string): Promise<Material> {
  const pieceLength = 1024 * 1024
  const name = 'material.bin'
  const file = join(folder, name)
  await mkdir(folder, { recursive: true })
  const digests: Buffer[] = []
  await using handle = await open(file, 'w')
  const piece = Buffer.alloc(pieceLength)
  for (let at = 0; at < size; at += pieceLength) {
    randomFillSync(piece)
    const part = piece.subarray(0, Math.min(pieceLength, size - at))
    digests.push(createHash('sha1').update(part).digest())
    await handle.write(part)
  }
  const info = Buffer.concat([
    Buffer.from(`d6:lengthi${size}e4:name${name.length}:${name}12:piece lengthi${pieceLength}e`),
    Buffer.from(`6:pieces${digests.length * 20}:`),
    ...digests,
    Buffer.from('7:privatei1ee'),
  ])
  const head = Buffer.from(`d8:announce${announce.length}:${announce}4:info`)
  return {
    folder,
    file,
    size,
    pieceLength,
    pieces: digests.length,
    torrent: new Uint8Array(Buffer.concat([head, info, Buffer.from('e')])),
    infoHash: createHash('sha1').update(info).digest('hex'),
  }
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * Uses as much memory as a download will, and gives it back. In a virtual machine the first use of a page costs the host
 * several times what the write itself costs, and would hit whoever comes first.
 */
export async function warmMemory(folder: string, size: number): Promise<void> {
  const file = join(folder, 'warm')
  const part = Buffer.alloc(8 * 1024 * 1024, 1)
  {
    await using handle = await open(file, 'w')
    for (let at = 0; at < size; at += part.length) await handle.write(part)
  }
  await rm(file)
}
