import { digestBy } from '@kith/core/content/content.ts'
import { digestOf, hexOf } from '@kith/core/content/digest.ts'
import type { Subject } from '@kith/core/transfer/subject.ts'
import type { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { tigerTreeDigester } from '@kith/wire/hash/tiger-tree.ts'
import type { Ask } from '../wire/ask.ts'
import { fromTiger } from '../wire/cid.ts'
import { decodeHint } from '../wire/hint.ts'
import type { OwnList } from './own-list.ts'
import type { Shelf } from './shelf.ts'

/** Leaves of so many files are kept; each has 12 KiB at the most. */
const mostLeaves = 500
const readBytes = 1024 * 1024

/** Bytes that can be given. */
export interface Body {
  readonly size: number
  /** Whether it is so small, or so useful to all, that it needs no slot. */
  readonly free: boolean
  read(offset: number, into: Uint8Array): Promise<void>
  /** Counts what went out. */
  gave?(bytes: number): void
}

export interface BodiesWorld {
  readonly shelf: Shelf
  readonly list: OwnList
  readonly kernel: TigerKernel
  /** The transfer that has a file, or parts of it, by the root in hexadecimal. */
  subject(root: string): Subject | undefined
}

const freeBytes = 64 * 1024

/** What others can take: shares, parts of what we are fetching, leaves, lists. */
export class Bodies {
  readonly #world: BodiesWorld
  readonly #leaves = new Map<string, Promise<Uint8Array>>()

  constructor(world: BodiesWorld) {
    this.#world = world
  }

  /** Undefined when we do not have it, or not that part of it; `shared` is whether who asks may see anything at all. */
  async find(ask: Ask, shared = true): Promise<Body | undefined> {
    const { list } = this.#world
    if (!shared)
      return ask.kind === 'list' || ask.name.startsWith('files.xml') ? inMemory(list.empty(ask.name)) : undefined
    if (ask.kind === 'list') return inMemory(list.part(ask.name, ask.recursive))
    if (ask.name === 'files.xml.bz2' && ask.kind === 'file') return inMemory(await list.whole())
    if (ask.name === 'files.xml' && ask.kind === 'file') return inMemory(list.part('/', true))
    const root = ask.name.startsWith('TTH/') ? fromTiger(ask.name.slice(4)) : undefined
    if (root === undefined) return undefined
    return ask.kind === 'tthl' ? inMemory(await this.#leavesOf(root)) : this.#file(root, ask)
  }

  #file(root: Uint8Array, { start, bytes }: Ask): Body | undefined {
    const share = this.#world.shelf.find(root)
    if (share !== undefined) {
      const { size } = share.content
      return { size, free: size <= freeBytes, read: (offset, into) => share.read(offset, [into]) }
    }
    const subject = this.#world.subject(hexOf(digestOf('tth', root)))
    const size = subject?.layout.current?.size
    if (subject === undefined || size === undefined) return undefined
    const end = bytes < 0 ? size : start + bytes
    if (end > size || !subject.had(start, end)) return undefined
    return {
      size,
      free: size <= freeBytes,
      read: (offset, into) => subject.read(offset, [into]),
      gave: (count) => subject.gave(count),
    }
  }

  async #leavesOf(root: Uint8Array): Promise<Uint8Array | undefined> {
    const hex = hexOf(digestOf('tth', root))
    const hint = this.#world.subject(hex)?.hint('directconnect')
    if (hint !== undefined) {
      const { leaves } = decodeHint(hint)
      if (leaves !== undefined) return leaves
    }
    const share = this.#world.shelf.find(root)
    if (share === undefined) return undefined
    const kept = share.trees?.()?.tth.leaves
    if (kept !== undefined) return kept
    let made = this.#leaves.get(hex)
    if (made === undefined) {
      made = this.#hash(share)
      this.#leaves.set(hex, made)
      if (this.#leaves.size > mostLeaves) this.#leaves.delete(this.#leaves.keys().next().value!)
      made.catch(() => this.#leaves.delete(hex))
    }
    return made
  }

  async #hash(share: NonNullable<ReturnType<Shelf['find']>>): Promise<Uint8Array> {
    const digester = tigerTreeDigester(this.#world.kernel)
    const { size } = share.content
    const buffer = new Uint8Array(Math.min(readBytes, size))
    for (let at = 0; at < size; at += buffer.length) {
      const part = buffer.subarray(0, Math.min(buffer.length, size - at))
      await share.read(at, [part])
      digester.update(part)
    }
    const { root, leaves } = digester.digest()
    const expected = digestBy(share.content, 'tth')
    // The file is not what it was: its leaves would lead nowhere.
    return expected !== undefined && hexOf(digestOf('tth', root)) === hexOf(expected) ? leaves : new Uint8Array()
  }
}

function inMemory(bytes: Uint8Array | undefined): Body | undefined {
  if (bytes === undefined || bytes.length === 0) return undefined
  return {
    size: bytes.length,
    free: true,
    read: async (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  }
}
