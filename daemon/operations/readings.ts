import { basename, dirname, isAbsolute, normalize } from 'node:path'
import type { ReadingView } from '@kith/api/sharing.ts'
import type { Digest } from '@kith/core/content/digest.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Random } from '@kith/core/network/clock.ts'
import { namesOf } from '@kith/wire/hash/many.ts'
import type { Handlers } from '../api/handlers.ts'
import { findFile, resolved } from '../host/files/list.ts'
import type { Hasher } from '../host/hash/hasher.ts'
import { faultView } from '../views/fault-view.ts'
import { contentLinks } from './content-links.ts'

/** Readings of this run that are remembered. */
const mostKept = 1_000

interface Kept {
  readonly id: string
  readonly path: string
  readonly size: number
  bytes: number
  digests?: readonly Digest[]
  magnet?: string
  ed2k?: string
  fault?: Fault
}

export interface ReadingWorld {
  readonly random: Random
  readonly hasher: Hasher
  /** By which torrents a file is known. */
  torrentsOf(path: string, size: number): readonly Digest[]
  /** Ends everything when the daemon does. */
  readonly signal: AbortSignal
}

/** Files that somebody wants the digests and links of, shared or not. */
export class Readings {
  readonly #world: ReadingWorld
  readonly #kept = new Map<string, Kept>()

  constructor(world: ReadingWorld) {
    this.#world = world
  }

  get operations(): Pick<Handlers, 'read' | 'reading'> {
    return {
      read: async ({ body }) => {
        if (!isAbsolute(body.path) || body.path.includes('\0')) {
          throw fail('input', 'library/path', `“${body.path.slice(0, 200)}” is no absolute path`)
        }
        const path = await resolved(normalize(body.path))
        const found = await findFile(path, basename(path))
        if (found === undefined) throw fail('input', 'library/no-file', `${path} is no file`)
        const kept: Kept = { id: this.#world.random.bytes(6).toHex(), path, size: found.size, bytes: 0 }
        if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value!)
        this.#kept.set(kept.id, kept)
        void this.#read(kept, found.stamp)
        return view(kept)
      },
      reading: ({ params }) => {
        const kept = this.#kept.get(params.id)
        if (kept === undefined) throw fail('input', 'library/unknown-reading', `There is no reading “${params.id}”`)
        return view(kept)
      },
    }
  }

  async #read(kept: Kept, stamp: Parameters<Hasher['hash']>[0]['stamp']): Promise<void> {
    const { hasher, signal, torrentsOf } = this.#world
    try {
      const { path, size } = kept
      const hashed = await hasher.hash(
        { root: dirname(path), path, size, stamp },
        { signal, urgent: true, progress: (bytes) => (kept.bytes = bytes) },
      )
      if (hashed.kind === 'changed') {
        throw fail('unavailable', 'library/changing', `${path} was changed while it was read`, { hint: 'Try again.' })
      }
      const digests = [...namesOf(hashed.digests), ...torrentsOf(path, size)]
      Object.assign(kept, { digests, ...contentLinks(basename(path), size, digests, hashed.digests.ed2k.parts) })
    } catch (error) {
      kept.fault = faultOf(error, 'read the file')
    }
  }
}

function view({ id, path, size, bytes, digests, magnet, ed2k, fault }: Kept): ReadingView {
  return {
    id,
    path,
    name: basename(path),
    size,
    bytes,
    state: fault !== undefined ? 'failed' : digests === undefined ? 'reading' : 'ready',
    digests: digests ?? [],
    ...(magnet === undefined ? {} : { magnet }),
    ...(ed2k === undefined ? {} : { ed2k }),
    ...(fault === undefined ? {} : { fault: faultView(fault) }),
  }
}
