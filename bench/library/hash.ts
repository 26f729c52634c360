import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@kith/daemon/host/clock.ts'
import type { Hashed } from '@kith/daemon/host/hash/hasher.ts'
import { Hasher } from '@kith/daemon/host/hash/hasher.ts'
import { stampOf } from '@kith/daemon/host/hash/stamp.ts'

/**
 * `node hash.ts FOLDER [five]`: hashes all files of a folder as the library does, from the start of the process to its
 * end; with `five` without the roots for torrents of version 2, which other tools do not make.
 */
const [root, which] = process.argv.slice(2)
await using hasher = new Hasher({ clock: systemClock(), version2: which !== 'five' })
const hashes: Promise<Hashed>[] = []
for (const folders = [root!]; folders.length > 0;) {
  const folder = folders.pop()!
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) folders.push(path)
    if (!entry.isFile()) continue
    const stats = statSync(path, { bigint: true })
    hashes.push(hasher.hash({ root: root!, path, size: Number(stats.size), stamp: stampOf(stats) }))
  }
  // What was found is hashed while the rest is looked for.
  await new Promise((resolve) => setImmediate(resolve))
}
const kinds = (await Promise.all(hashes)).map(({ kind }) => kind)
if (kinds.length === 0 || kinds.some((kind) => kind !== 'digests')) throw new Error('not every file was hashed')
