import { join } from 'node:path'
import type { UploadRequest, UploadView } from '@kith/api/uploads.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Keep } from '@kith/core/network/host.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { PartialFile } from '../host/files/partial.ts'
import { FileTree } from '../host/files/tree.ts'
import { Incoming } from './incoming.ts'
import type { UploadRecord, UploadRecordFile } from './records.ts'

export interface UploadFile {
  readonly said: UploadRecordFile
  readonly incoming: Incoming
}

/** Some files that one browser brings together, in a folder of their own. */
export class Upload {
  readonly record: UploadRecord
  readonly folder: string
  readonly files: readonly UploadFile[]
  readonly #tree: FileTree

  constructor(clock: Clock, folder: string, record: UploadRecord, changed: (upload: Upload) => void) {
    this.record = record
    this.folder = folder
    this.#tree = new FileTree(folder)
    this.files = record.files.map((said, index) => ({
      said,
      incoming: new Incoming(
        {
          clock,
          size: said.size,
          partial: new PartialFile(folder, index.toString(16).padStart(16, '0')),
          folder,
          place: (partial) => this.#place(partial, said.names),
          changed: () => changed(this),
        },
        record.movedAt,
      ),
    }))
  }

  /** This, with what is on the disk. */
  async restored(): Promise<this> {
    for (const { said, incoming } of this.files) {
      const found = await this.#tree.look(said.names)
      await incoming.restore(found?.kind === 'file' && found.size === said.size)
    }
    return this
  }

  get movedAt(): number {
    return Math.max(...this.files.map(({ incoming }) => incoming.movedAt))
  }

  get isWhole(): boolean {
    return this.files.every(({ incoming }) => incoming.isWhole)
  }

  /** Bytes of all files. */
  get size(): number {
    return this.record.files.reduce((sum, { size }) => sum + size, 0)
  }

  get view(): UploadView {
    const { id, name } = this.record
    const isComing = this.files.some(({ incoming }) => incoming.isComing)
    return {
      id,
      name,
      path: join(this.folder, name),
      files: this.files.length,
      size: this.size,
      done: this.files.reduce((sum, { incoming }) => sum + incoming.received, 0),
      state: this.isWhole ? 'whole' : isComing ? 'coming' : 'waiting',
    }
  }

  /**
   * Whether these are the same files of the same sender, unchanged since; what does not say when it was changed is never the
   * same.
   */
  isOf({ files }: UploadRequest, sender: string): boolean {
    return (
      sender === this.record.sender &&
      files.length === this.files.length &&
      this.files.every(({ said }, index) => {
        const { name, size, modified } = files[index]!
        return modified !== undefined && said.modified === modified && said.name === name && said.size === size
      })
    )
  }

  /** Keeps when it last moved. */
  touch(keep: Keep): void {
    keep.set(`moved ${this.record.id}`, utf8(String(this.movedAt)))
  }

  async stop(reason: Error): Promise<void> {
    await Promise.all(this.files.map(({ incoming }) => incoming.stop(reason)))
  }

  async #place(partial: PartialFile, names: readonly string[]): Promise<void> {
    for (let depth = 1; depth < names.length; depth++) {
      const above = names.slice(0, depth)
      if ((await this.#tree.look(above))?.kind !== 'folder') await this.#tree.makeFolder(above)
    }
    await this.#tree.settle(partial, names)
  }
}
