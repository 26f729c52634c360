import { digestOf } from '@kith/core/content/digest.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { sleep } from '@kith/core/network/clock.ts'
import type { Browse, FileEntry } from '@kith/core/network/facets.ts'
import type { Peer } from '@kith/core/peer/peer.ts'
import { bunzip2 } from '@kith/wire/bzip2/decode.ts'
import type { Demand, Line } from '../peers/line.ts'
import type { Party } from '../peers/party.ts'
import { partyKey } from '../peers/party.ts'
import type { Refusal, Taker } from '../talk/peer-event.ts'
import type { Ask } from '../wire/ask.ts'
import type { FileListReader, ListedFile } from '../wire/file-list.ts'
import { fileListReader } from '../wire/file-list.ts'
import { formatMagnet } from '../wire/links.ts'

/** A list of a million files has some 45 MB, which are mostly roots of trees. */
const mostListBytes = 64 * 1024 * 1024
/** A part of a list is kept until it is known to be whole. */
const mostPartBytes = 16 * 1024 * 1024
/** What is unpacked between two turns of everybody else. */
const turnBytes = 512 * 1024

export interface BrowseWorld {
  readonly clock: Clock
  /** Somebody who is on a hub of ours now. */
  find(key: string): Party | undefined
  line(party: Party): Line
}

/**
 * Fetches the file list of a user, or the part of it that is one folder, and reads it as far as somebody wants to know.
 */
export function browse(world: BrowseWorld): Browse {
  return {
    async *browse(peer: Peer, signal: AbortSignal, folder: readonly string[] = []) {
      const party = world.find(peer.key)
      if (party === undefined)
        throw fail('unavailable', 'directconnect/user-gone', `${peer.name} is on no hub of yours`)
      const part = folder.length === 0 ? undefined : await partOf(party, folder, world, signal)
      if (part !== undefined) return yield* part
      const whole = await fetchList(world.line(party), wholeList, signal)
      for await (const file of read(whole, bunzip2(), fileListReader(), world.clock, signal))
        if (isBelow(folder, file.path)) yield entryOf(file, peer.key)
    },
  }
}

const wholeList: Ask = { kind: 'file', name: 'files.xml.bz2', start: 0, bytes: -1, zlib: false, recursive: false }

/** What is in a folder, by a list of that folder; undefined where such a list does not say all. */
async function partOf(
  party: Party,
  folder: readonly string[],
  world: BrowseWorld,
  signal: AbortSignal,
): Promise<readonly FileEntry[] | undefined> {
  const ask: Ask = { kind: 'list', name: `/${folder.join('/')}/`, start: 0, bytes: -1, zlib: true, recursive: true }
  const reader = fileListReader(mostPartBytes)
  const entries: FileEntry[] = []
  try {
    const parts = await fetchList(world.line(party), ask, signal)
    for await (const file of read(parts, asItIs, reader, world.clock, signal))
      entries.push(entryOf({ ...file, path: [...folder, ...file.path] }, partyKey(party)))
  } catch (error) {
    if (signal.aborted || !(error instanceof FaultError)) throw error
    // Not everybody makes such lists, and not everybody makes them well.
    return undefined
  }
  return reader.complete ? entries : undefined
}

function isBelow(folder: readonly string[], path: readonly string[]): boolean {
  return folder.length < path.length && folder.every((name, at) => path[at] === name)
}

function fetchList(line: Line, ask: Ask, signal: AbortSignal): Promise<readonly Uint8Array[]> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const parts: Uint8Array[] = []
    let asked = false
    let failures = 0
    const end = (then: () => void): void => {
      signal.removeEventListener('abort', abort)
      // Not from inside the conversation's own call, which removing may close.
      queueMicrotask(() => line.remove(demand))
      then()
    }
    const abort = (): void => end(() => reject(signal.reason as Error))
    const refuse = (fault: Fault): void => end(() => reject(new FaultError(fault)))
    const taker: Taker = {
      begin(bytes) {
        if (bytes > mostListBytes) refuse(tooLong)
      },
      body: (bytes) => void parts.push(bytes.slice()),
      end: () => end(() => resolve(parts)),
    }
    const demand: Demand = {
      get wanting() {
        return !asked
      },
      next() {
        if (asked) return undefined
        asked = true
        return { ask, taker }
      },
      refused: (refusal: Refusal) => refuse(refusal.kind === 'busy' ? busy : refused),
      lost(fault) {
        parts.length = 0
        asked = false
        if (++failures > 1) refuse(fault)
      },
    }
    signal.addEventListener('abort', abort, { once: true })
    line.add(demand)
  })
}

interface Unpacker {
  push(packed: Uint8Array): Iterable<Uint8Array>
  end(): Iterable<Uint8Array>
}

const asItIs: Unpacker = { push: (bytes) => [bytes], end: () => [] }

async function* read(
  parts: readonly Uint8Array[],
  list: Unpacker,
  reader: FileListReader,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<ListedFile> {
  let since = 0
  function* unpacked(): Generator<Uint8Array> {
    for (const part of parts) yield* list.push(part)
    yield* list.end()
  }
  for (const xml of unpacked()) {
    // A list can be a bomb without a single file in it.
    since += xml.length
    if (since > turnBytes) {
      since = 0
      await sleep(clock, 0, signal)
    }
    yield* reader.push(xml)
  }
  reader.end()
}

function entryOf({ path, size, tth }: ListedFile, key: string): FileEntry {
  const digests = [digestOf('tth', tth)]
  const link = formatMagnet({ digests, size, name: path.at(-1) ?? '' }, [key])
  return { path, size, digests, ...(link === undefined ? {} : { link }) }
}

const tooLong: Fault = {
  kind: 'peer',
  code: 'directconnect/file-list',
  message: 'The file list is larger than any honest one',
}
const busy: Fault = { kind: 'unavailable', code: 'directconnect/busy', message: 'The user has no time for us now' }
const refused: Fault = {
  kind: 'unavailable',
  code: 'directconnect/refused',
  message: 'The user does not give the file list',
}
