import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@kith/daemon/host/clock.ts'
import type { Hashed } from '@kith/daemon/host/hash/hasher.ts'
import { Hasher } from '@kith/daemon/host/hash/hasher.ts'
import { stampOf } from '@kith/daemon/host/hash/stamp.ts'

/** `node hash.ts FOLDER`: hashes all files of a folder as the library does, from the start of the process to its end. */
const [root] = process.argv.slice(2)
await using hasher = new Hasher({ clock: systemClock() })
const hashes: Promise<Hashed>[] = []
for (const entry of readdirSync(root!, { withFileTypes: true, recursive: true })) {
  if (!entry.isFile()) continue
  const path = join(entry.parentPath, entry.name)
  const stats = statSync(path, { bigint: true })
  hashes.push(hasher.hash({ root: root!, path, size: Number(stats.size), stamp: stampOf(stats) }))
}
const kinds = (await Promise.all(hashes)).map(({ kind }) => kind)
if (kinds.length === 0 || kinds.some((kind) => kind !== 'digests')) throw new Error('not every file was hashed')
