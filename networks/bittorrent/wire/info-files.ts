import { fail } from '@kith/core/fault/fault.ts'
import type { Layout, LayoutFile } from '@kith/core/transfer/layout.ts'
import { BencodeDict } from '@kith/wire/bencode.ts'
import { lossyText, utf8 } from '@kith/wire/bytes.ts'
import { mostFiles } from './limits.ts'
import { deepestPath, longestPath, SafePaths, safeName } from '@kith/wire/safe-path.ts'

/** Names are cut to 255 bytes later; what is longer than this is no name. */
const longestRawName = 4_096

export interface TorrentLayout {
  readonly layout: Layout
  readonly originalName: string
  /** Paths as the torrent has them, where they are not the ones of the layout. */
  readonly originalPaths: ReadonlyMap<number, readonly string[]>
}

interface Entry {
  readonly original: readonly string[]
  readonly path: readonly string[]
  readonly size: number
  readonly padding: boolean
  readonly executable: boolean
}

/**
 * How an info dictionary cuts its bytes into files (BEP 3, 47). A symbolic link is never made: its entry becomes one
 * of no bytes that is on no disk, so that the other files keep their numbers.
 * @throws FaultError `input` `bittorrent/metainfo-files`, `bittorrent/metainfo-size`, `bittorrent/metainfo-name`
 */
export function layoutOf(info: BencodeDict): TorrentLayout {
  const originalName = nameOf(info, 'name')
  if (originalName === undefined) throw fail('input', 'bittorrent/metainfo-name', 'The torrent has no name')
  const name = safeName(originalName)
  const list = info.list('files')
  if (list === undefined) {
    const size = sizeOf(info)
    const { padding, executable } = attributesOf(info)
    const files = [{ path: [name], offset: 0, size, ...(executable ? { executable } : {}) }]
    if (size === 0 || padding) throw nothing()
    return { layout: { name, single: true, size, files }, originalName, originalPaths: new Map() }
  }
  const entries: Entry[] = []
  for (const file of list) {
    if (entries.length === mostFiles)
      throw bad('bittorrent/metainfo-files', `The torrent has more than ${mostFiles} files`)
    entries.push(entryOf(file))
  }
  const paths = new SafePaths()
  for (const { path, padding } of entries) if (!padding) paths.announce(path)
  const files: LayoutFile[] = []
  const originalPaths = new Map<number, readonly string[]>()
  let offset = 0
  for (const [index, entry] of entries.entries()) {
    const { size, padding, executable } = entry
    const path = padding ? entry.path : paths.take(entry.path)
    if (!same(path, entry.original)) originalPaths.set(index, entry.original)
    files.push({ path, offset, size, ...(padding ? { padding } : {}), ...(executable ? { executable } : {}) })
    offset += size
    if (!Number.isSafeInteger(offset)) throw bad('bittorrent/metainfo-size', 'The torrent claims more than 2^53 bytes')
  }
  if (offset === 0 || files.every((file) => file.padding === true)) throw nothing()
  return { layout: { name, single: false, size: offset, files }, originalName, originalPaths }
}

function bad(code: string, message: string): Error {
  return fail('input', code, message)
}

function nothing(): Error {
  return bad('bittorrent/metainfo-size', 'There is not one byte in this torrent')
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index])
}

function nameOf(dict: BencodeDict, key: string): string | undefined {
  const bytes = dict.bytes(`${key}.utf-8`) ?? dict.bytes(key)
  return bytes === undefined ? undefined : lossyText(bytes.subarray(0, longestRawName))
}

function attributesOf(dict: BencodeDict): { padding: boolean; executable: boolean; link: boolean } {
  const attributes = dict.text('attr') ?? ''
  return {
    padding: attributes.includes('p'),
    executable: attributes.includes('x'),
    link: attributes.includes('l'),
  }
}

function sizeOf(dict: BencodeDict): number {
  const size = dict.integer('length')
  if (size === undefined || size < 0) {
    throw bad('bittorrent/metainfo-size', `${dict.path || 'The torrent'} has no size between 0 and 2^53 bytes`)
  }
  return size
}

function entryOf(file: unknown): Entry {
  if (!(file instanceof BencodeDict)) throw bad('bittorrent/metainfo-files', 'One of its files is not described')
  const { padding, executable, link } = attributesOf(file)
  const size = link ? 0 : sizeOf(file)
  const original = pathOf(file) ?? (padding ? ['.pad', String(size)] : undefined)
  if (original === undefined) throw bad('bittorrent/metainfo-name', `${file.path} has no path`)
  const path = original.map(safeName)
  if (path.length > deepestPath || isTooLong(path)) {
    throw bad('bittorrent/metainfo-name', `${file.path} has a path that is too long`)
  }
  return { original, path, size, padding: padding || link, executable }
}

function isTooLong(path: readonly string[]): boolean {
  let characters = 0
  for (const name of path) characters += name.length + 1
  // A character has at most three bytes, so most paths need not be encoded to know.
  return characters * 3 > longestPath && utf8(path.join('/')).length > longestPath
}

function pathOf(file: BencodeDict): string[] | undefined {
  const list = file.list('path.utf-8') ?? file.list('path')
  if (list === undefined) return undefined
  const path: string[] = []
  for (const name of list) {
    if (!(name instanceof Uint8Array)) return undefined
    path.push(lossyText(name.subarray(0, longestRawName)))
  }
  return path.length === 0 ? undefined : path
}
