import { digestBy } from '@kith/core/content/content.ts'
import { bytesOf } from '@kith/core/content/digest.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { sleep } from '@kith/core/network/clock.ts'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import { bzip2 } from '@kith/wire/bzip2/encode.ts'
import type { ListFolder } from '../wire/file-list-writer.ts'
import { fileListText } from '../wire/file-list-writer.ts'
import type { Shelf } from './shelf.ts'

/** A part of a list that somebody asks for is made at once, so it cannot be long. */
const mostPartBytes = 16 * 1024 * 1024

/** Our own file list, made when somebody asks and kept until a share changes. */
export class OwnList {
  readonly #shelf: Shelf
  readonly #clock: Clock
  readonly #who: { readonly cid: string; readonly generator: string }
  #made: { readonly version: number; readonly bytes: Promise<Uint8Array> } | undefined

  constructor(shelf: Shelf, clock: Clock, who: { readonly cid: string; readonly generator: string }) {
    this.#shelf = shelf
    this.#clock = clock
    this.#who = who
  }

  /** `files.xml.bz2` */
  whole(): Promise<Uint8Array> {
    const { version } = this.#shelf
    if (this.#made?.version !== version) this.#made = { version, bytes: this.#compressed() }
    return this.#made.bytes
  }

  /** `files.xml`, or a folder of it such as `/Shared/`; undefined when there is none. */
  part(base: string, recursive: boolean): Uint8Array | undefined {
    const path = base.split('/').filter((name) => name !== '')
    if (this.#shelf.folder(path) === undefined) return undefined
    const parts: Uint8Array[] = []
    let length = 0
    for (const text of fileListText(listed(this.#shelf, path), { ...this.#who, base, shallow: !recursive })) {
      const bytes = utf8(text)
      length += bytes.length
      if (length > mostPartBytes) return undefined
      parts.push(bytes)
    }
    return concat(parts)
  }

  /** For those who may see nothing: `files.xml.bz2`, or `files.xml` and any folder of it. */
  empty(name: string): Uint8Array {
    const text = fileListText({ folders: [], files: [] }, { ...this.#who, base: '/', shallow: false })
    const bytes = concat([...text].map(utf8))
    if (!name.endsWith('.bz2')) return bytes
    const encoder = bzip2()
    return concat([...encoder.push(bytes), ...encoder.end()])
  }

  async #compressed(): Promise<Uint8Array> {
    const encoder = bzip2()
    const parts: Uint8Array[] = []
    for (const text of fileListText(listed(this.#shelf, []), { ...this.#who, base: '/', shallow: false })) {
      const before = parts.length
      parts.push(...encoder.push(utf8(text)))
      // A block takes a while; others have their turn in between.
      if (parts.length > before) await sleep(this.#clock, 0)
    }
    parts.push(...encoder.end())
    return concat(parts)
  }
}

/** A folder as it is when its turn comes. */
function listed(shelf: Shelf, path: readonly string[]): ListFolder {
  const { folders = [], files = [] } = shelf.folder(path) ?? {}
  return {
    folders: below(shelf, path, folders),
    files: files.flatMap(({ path: whole, content }) => {
      const tth = digestBy(content, 'tth')
      return tth === undefined ? [] : [{ name: whole.at(-1)!, size: content.size, tth: bytesOf(tth) }]
    }),
  }
}

function* below(
  shelf: Shelf,
  path: readonly string[],
  names: readonly string[],
): Generator<readonly [string, ListFolder]> {
  for (const name of names) yield [name, listed(shelf, [...path, name])]
}
