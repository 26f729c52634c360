import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Layout } from '@kith/core/transfer/layout.ts'
import type { Descriptors, OpenFile } from './descriptors.ts'
import { diskFault, isAbsent, systemError } from './fault.ts'
import { pathOf, type Segment } from './file-map.ts'
import type { Place } from './held.ts'
import type { ShortWrite } from './job.ts'
import { SHORT_BYTES } from './short-reads.ts'
import { makeFolder } from './space.ts'

/** The key of the file that holds bytes of skipped files. */
const partsKey = -1

export interface FilesOptions {
  readonly layout: Layout
  readonly dir: string
  readonly name?: string
  readonly parts: string
  readonly skipped?: ReadonlySet<number>
  readonly allocation?: 'sparse' | 'size'
}

export interface Used {
  readonly file: OpenFile
  /** What a position in the layout's file has to be moved by. */
  readonly base: number
}

export interface Placed extends Place {
  readonly base: number
}

/**
 * Which file on disk holds the bytes of which file of a layout, and those of them that are open. A skipped file that
 * is there keeps its bytes where it is; one that is not has them in the parts file, at their offset in the transfer.
 */
export class Files {
  readonly layout: Layout
  readonly parts: string
  dir: string
  name: string
  readonly #stretch: boolean
  readonly #descriptors: Descriptors
  readonly #open = new Map<number, OpenFile>()
  readonly #opening = new Map<number, Promise<void>>()
  /** Written since they were last flushed to the device. */
  readonly #written = new Set<number>()
  #skipped: ReadonlySet<number>
  /** Of skipped files, whether their bytes are in the parts file. */
  readonly #inParts = new Map<number, boolean>()

  constructor(options: FilesOptions, descriptors: Descriptors) {
    this.layout = options.layout
    this.dir = options.dir
    this.name = options.name ?? options.layout.name
    this.parts = options.parts
    this.#stretch = options.allocation === 'size'
    this.#skipped = new Set(options.skipped)
    this.#descriptors = descriptors
  }

  get skipped(): ReadonlySet<number> {
    return this.#skipped
  }

  skip(indices: ReadonlySet<number>): void {
    this.#skipped = new Set(indices)
    this.#inParts.clear()
  }

  pathOf(index: number): string {
    return pathOf(this.dir, this.name, this.layout, index)
  }

  /** Whether the bytes of a file are in the parts file. */
  inParts(index: number): boolean | Promise<boolean> {
    if (!this.#skipped.has(index)) return false
    return this.#inParts.get(index) ?? this.#findOut(index)
  }

  async #findOut(index: number): Promise<boolean> {
    const path = this.pathOf(index)
    let parts = false
    try {
      await lstat(path)
    } catch (error) {
      if (!isAbsent(systemError(error).code)) throw diskFault(error, 'look for the file', path)
      parts = true
    }
    this.#inParts.set(index, parts)
    return parts
  }

  /** Where a file is that is opened for each read and write alone; undefined for others. */
  short(index: number): Place | undefined {
    if (!this.#isShort(index, this.layout.files[index]!.size)) return undefined
    return { root: this.dir, path: this.pathOf(index) }
  }

  /** The same, for a segment that is written. */
  shortWrite({ index, at, position, length }: Segment): ShortWrite | undefined {
    const { executable = false, size } = this.layout.files[index]!
    if (!this.#isShort(index, size)) return undefined
    this.#written.add(index)
    const stretch = this.#stretch ? size : undefined
    return { root: this.dir, path: this.pathOf(index), at, position, length, executable, stretch }
  }

  #isShort(index: number, size: number): boolean {
    return size <= SHORT_BYTES && !this.#skipped.has(index)
  }

  /** Whether a file is one that stays open. */
  isLong(index: number): boolean {
    return !this.#isShort(index, this.layout.files[index]!.size)
  }

  async place(index: number): Promise<Placed> {
    if (await this.inParts(index)) return this.#partsPlace(index)
    return { root: this.dir, path: this.pathOf(index), base: 0 }
  }

  #partsPlace(index: number): Placed {
    return { root: dirname(this.parts), path: this.parts, base: this.layout.files[index]!.offset }
  }

  /** Opens the file if needed and uses it: give it back with `done`. No promise when it is open already. */
  use(index: number, writable: boolean): Used | Promise<Used> {
    const parts = this.inParts(index)
    if (typeof parts !== 'boolean') return parts.then(() => this.use(index, writable))
    const key = parts ? partsKey : index
    const file = this.#open.get(key)
    if (file === undefined || (writable && !file.writable)) return this.#openFor(index, key, writable)
    this.#descriptors.use(file)
    if (writable) this.#written.add(key)
    return { file, base: parts ? this.layout.files[index]!.offset : 0 }
  }

  async #openFor(index: number, key: number, writable: boolean): Promise<Used> {
    const opening = this.#opening.get(key)
    if (opening !== undefined) await opening
    else {
      const done = this.#openNow(index, key, writable)
      const settled = done.then(
        () => undefined,
        () => undefined,
      )
      this.#opening.set(key, settled)
      try {
        const file = await done
        // It was opened in use, so that it could not be closed before it got here.
        if (writable) this.#written.add(key)
        return { file, base: key === partsKey ? this.layout.files[index]!.offset : 0 }
      } finally {
        this.#opening.delete(key)
      }
    }
    return this.use(index, writable)
  }

  async #openNow(index: number, key: number, writable: boolean): Promise<OpenFile> {
    const parts = key === partsKey
    const { executable, size } = this.layout.files[index]!
    const { root, path } = parts ? this.#partsPlace(index) : { root: this.dir, path: this.pathOf(index) }
    if (parts && writable) await makeFolder(root)
    const file = await this.#descriptors.open({
      root,
      path,
      writable,
      executable: executable === true && !parts,
      stretch: this.#stretch && writable && !parts ? size : undefined,
      closed: (closed) => {
        if (this.#open.get(key) === closed) this.#open.delete(key)
      },
    })
    const former = this.#open.get(key)
    this.#open.set(key, file)
    if (former !== undefined) this.#descriptors.retire(former)
    return file
  }

  done(file: OpenFile): void {
    this.#descriptors.done(file)
  }

  /** Indices written since the last call, and whether the parts file was; for flushing them to the device. */
  takeWritten(): { readonly indices: readonly number[]; readonly parts: boolean } {
    const parts = this.#written.delete(partsKey)
    const indices = [...this.#written]
    this.#written.clear()
    return { indices, parts }
  }

  /** Closes what is open, as soon as nobody uses it. */
  close(): void {
    for (const file of this.#open.values()) this.#descriptors.retire(file)
    this.#inParts.clear()
  }
}
