import { broken } from '@kith/wire/fault.ts'
import { numberIn } from './adc-search.ts'
import { fromTiger } from './cid.ts'
import { attribute, tagReader } from './xml.ts'

/** XML of a list, unpacked: a million files take 150 MB; a list beyond this is a bomb. */
const mostListBytes = 512 * 1024 * 1024
const mostEntries = 3_000_000
/** Folders inside each other: no path that a system holds has as many. */
const mostDepth = 128
/** A tag with its attributes; names have 255 bytes, and each may be written as an entity. */
const longestTag = 64 * 1024

/** A file in somebody's list; folders that hold nothing are not told. */
export interface ListedFile {
  readonly path: readonly string[]
  /** Bytes. */
  readonly size: number
  /** Root of its Tiger tree. */
  readonly tth: Uint8Array
}

export interface FileListReader {
  /** The files that are whole in what came so far. @throws FaultError `directconnect/file-list` */
  push(chunk: Uint8Array): Generator<ListedFile>
  /** @throws FaultError `directconnect/file-list` when the list is not complete */
  end(): void
  /** False when a folder came without what is in it, which a list of a part may do. */
  readonly complete: boolean
}

/**
 * Reads a file list (ADC-EXT, DC++ file list) as it comes, in memory for one tag and the names of the folders above. What
 * has a name that leads elsewhere is left out, with all that is below it.
 */
export function fileListReader(mostBytes: number = mostListBytes): FileListReader {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const above: Level[] = []
  const tags = tagReader(longestTag, () => bad('has a tag without an end'))
  let bytes = 0
  let entries = 0
  let complete = true
  let state: 'before' | 'inside' | 'after' = 'before'

  function decoded(chunk: Uint8Array | undefined): string {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch {
      throw bad('is not UTF-8')
    }
  }

  function file(tag: string): ListedFile | undefined {
    if (++entries > mostEntries) throw bad('has too many entries')
    const level = above.at(-1)
    // The top of a whole list holds folders only, that of a part may hold files.
    if (level?.kept === false) return undefined
    const name = nameIn(tag)
    const size = numberIn(attribute(tag, 'Size'))
    const tth = fromTiger(attribute(tag, 'TTH') ?? '')
    if (name === undefined || size === undefined || tth === undefined) return undefined
    return { path: [...(level?.path ?? []), name], size, tth }
  }

  function enter(tag: string): void {
    if (++entries > mostEntries) throw bad('has too many entries')
    if (above.length === mostDepth) throw bad('is too deep')
    if (attribute(tag, 'Incomplete') === '1') complete = false
    const level = above.at(-1)
    const name = nameIn(tag)
    const kept = name !== undefined && level?.kept !== false
    above.push({ kept, path: kept ? [...(level?.path ?? []), name] : [] })
  }

  return {
    *push(chunk) {
      bytes += chunk.length
      if (bytes > mostBytes) throw bad('is larger than any honest one')
      for (const tag of tags(decoded(chunk))) {
        const name = /^\/?[A-Za-z]+/.exec(tag)?.[0]
        const closed = tag.endsWith('/')
        if (name === 'FileListing') state = closed ? 'after' : 'inside'
        else if (name === '/FileListing') state = above.length === 0 ? 'after' : state
        else if (state !== 'inside') continue
        else if (name === 'Directory' && !closed) enter(tag)
        else if (name === 'Directory' && attribute(tag, 'Incomplete') === '1') complete = false
        else if (name === '/Directory') above.pop()
        else if (name === 'File') {
          const entry = file(tag)
          if (entry !== undefined) yield entry
        }
      }
    },
    get complete() {
      return complete
    },
    end() {
      decoded(undefined)
      if (state !== 'after') throw bad('is not complete')
    },
  }
}

interface Level {
  readonly kept: boolean
  readonly path: readonly string[]
}

/** Undefined for a name that leads elsewhere. */
function nameIn(tag: string): string | undefined {
  const name = attribute(tag, 'Name')
  if (name === undefined || name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) return undefined
  return name
}

function bad(what: string): Error {
  return broken('directconnect/file-list', `The file list ${what}`)
}
