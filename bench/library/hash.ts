import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@kith/daemon/host/clock.ts'
import { Hasher } from '@kith/daemon/host/hash/hasher.ts'
import { stampOf } from '@kith/daemon/host/hash/stamp.ts'

/**
 * `node hash.ts FOLDER [five]`: hashes all files of a folder as the library does, from the start of the process to its
 * end; with `five` without the roots for torrents of version 2, which other tools do not make.
 */
const [root, which] = process.argv.slice(2)
/** Files that are given to the threads ahead, as the library gives them. */
const mostAhead = 512
await using hasher = new Hasher({ clock: systemClock(), version2: which !== 'five' })
let ahead = 0
let hashed = 0
let wake = Promise.withResolvers<void>()

function* filesOf(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesOf(path)
    else if (entry.isFile()) yield path
  }
}

async function hash(path: string): Promise<void> {
  const stats = statSync(path, { bigint: true })
  const { kind } = await hasher.hash({ root: root!, path, size: Number(stats.size), stamp: stampOf(stats) })
  if (kind !== 'digests') throw new Error(`${path} was not hashed`)
  ahead--
  hashed++
  if (ahead <= mostAhead / 2) wake.resolve()
}

for (const path of filesOf(root!)) {
  ahead++
  void hash(path)
  if (ahead < mostAhead) continue
  wake = Promise.withResolvers()
  await wake.promise
}
while (ahead > 0) {
  wake = Promise.withResolvers()
  await wake.promise
}
if (hashed === 0) throw new Error('there is no file')
