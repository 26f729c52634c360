import { join } from 'node:path'
import type { UploadRequest, UploadView } from '@kith/api/uploads.ts'
import { fail } from '@kith/core/fault/fault.ts'
import { type Clock, every, type Random } from '@kith/core/network/clock.ts'
import type { Keep } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Handlers } from '../api/handlers.ts'
import type { UploadSettings } from '../config/settings.ts'
import { freeBytes, makeFolder } from '../host/disk/space.ts'
import { FileTree } from '../host/files/tree.ts'
import { checkBounds, lastsMs } from './bounds.ts'
import { placesOf } from './places.ts'
import { forgetRecord, keepList, keepRecord, listIn, recordIn, type UploadRecord } from './records.ts'
import type { TusFile } from './tus.ts'
import { Upload } from './upload.ts'

/** What is whole and given to nobody for so long is over. */
const wholeMs = 10 * 60_000
const lookMs = 60_000

export interface UploadsWorld {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly keep: Keep
  readonly settings: () => UploadSettings
  /** Where they lie. */
  readonly folder: string
  /** Whether something in a folder is given, or on its way to somebody. */
  isUsed(folder: string): boolean
}

/**
 * Files of browsers on their way to a device: written to this machine first, because what is sent is read anew for each
 * receiver and after each break. What broke off waits for the same files to be chosen again, over a restart too. They go when
 * nothing gives them any more.
 */
export class Uploads implements AsyncDisposable {
  readonly #world: UploadsWorld
  readonly #tree: FileTree
  readonly #all = new Map<string, Upload>()
  #look: Disposable | undefined
  #looking: Promise<void> = Promise.resolve()
  /** Of those that begin the last. */
  #beginning: Promise<unknown> = Promise.resolve()

  constructor(world: UploadsWorld) {
    this.#world = world
    this.#tree = new FileTree(world.folder)
  }

  /** Takes up what a run before left, and takes away what nothing gives; call it once what is given is known. */
  async start(): Promise<void> {
    const { keep, folder } = this.#world
    await makeFolder(folder)
    for (const id of listIn(keep)) {
      const record = recordIn(keep, id)
      const isThere = (await this.#tree.look([id]))?.kind === 'folder'
      const upload = record === undefined || !isThere ? undefined : await this.#upload(record).restored()
      // What is whole stays as long as it is given, and needs no more than that.
      if (upload === undefined || upload.isWhole) forgetRecord(keep, id)
      else this.#all.set(id, upload)
    }
    this.#list()
    await this.#sweep()
    this.#look = every(this.#world.clock, lookMs, () => {
      this.#looking = this.#looking.then(() => this.#sweep())
    })
  }

  get operations(): Pick<Handlers, 'uploads' | 'beginUpload' | 'endUpload'> {
    return {
      uploads: () => [...this.#all.values()].map((one) => one.view),
      beginUpload: ({ body }, { sender }) => {
        // One after another: each is counted, and known for what it is, before the next is looked at.
        const begun = this.#beginning.then(() => this.#begin(body, sender))
        this.#beginning = begun.catch(() => {})
        return begun
      },
      endUpload: ({ params }) => this.#end(this.#need(params.id)),
    }
  }

  /** A file of an upload, by its place. @throws FaultError `input` `upload/unknown` */
  file(id: string, index: string): TusFile {
    const upload = this.#need(id)
    const incoming = /^\d{1,4}$/.test(index) ? upload.files[Number(index)]?.incoming : undefined
    if (incoming === undefined) throw fail('input', 'upload/unknown', 'There is no such file in that upload')
    return { incoming, expires: upload.movedAt + lastsMs(this.#world.settings()) }
  }

  async #begin(request: UploadRequest, sender: string): Promise<UploadView> {
    const { clock, random, folder, settings, keep } = this.#world
    const same = [...this.#all.values()].find((one) => one.isOf(request, sender))
    if (same !== undefined) return same.view
    const size = request.files.reduce((sum, one) => sum + one.size, 0)
    const others = [...this.#all.values()].filter((one) => one.record.sender === sender && !one.isWhole)
    checkBounds(settings(), others, size)
    await makeFolder(folder)
    if (!Number.isSafeInteger(size) || size > (await freeBytes(folder))) {
      throw fail('local', 'upload/space', 'There is not as much space on the disk of Kith’s machine')
    }
    const { name, places } = placesOf(request)
    const files = request.files.map((file, index) => ({ ...file, names: places[index]! }))
    const record: UploadRecord = { id: random.bytes(8).toHex(), name, sender, files, movedAt: clock.now() }
    await this.#tree.makeFolder([record.id])
    const upload = this.#upload(record)
    this.#all.set(record.id, upload)
    this.#list()
    keepRecord(keep, record)
    return upload.view
  }

  #upload(record: UploadRecord): Upload {
    const { clock, keep, folder } = this.#world
    return new Upload(clock, join(folder, record.id), record, (upload) => {
      if (this.#all.has(upload.record.id)) upload.touch(keep)
    })
  }

  async #end(upload: Upload): Promise<void> {
    const { id } = upload.record
    this.#all.delete(id)
    forgetRecord(this.#world.keep, id)
    this.#list()
    await upload.stop(fail('gone', 'upload/ended', 'It was ended'))
    if (!this.#world.isUsed(upload.folder)) await this.#tree.remove([id])
  }

  #list(): void {
    keepList(this.#world.keep, this.#all.keys())
  }

  #need(id: string): Upload {
    const found = this.#all.get(id)
    if (found === undefined) throw fail('input', 'upload/unknown', 'There is no such upload, or no more')
    return found
  }

  /** Takes away what nothing gives and nobody goes on with. */
  async #sweep(): Promise<void> {
    const { clock, folder, log, settings } = this.#world
    try {
      for (const { name } of await this.#tree.list([])) {
        const upload = this.#all.get(name)
        const lasts = upload?.isWhole === true ? wholeMs : lastsMs(settings())
        const isFresh = upload !== undefined && upload.movedAt + lasts > clock.now()
        if (isFresh || this.#world.isUsed(join(folder, name))) continue
        if (upload === undefined) await this.#tree.remove([name])
        else await this.#end(upload)
      }
    } catch (error) {
      log.warn('what came from browsers could not be taken away', { error: String(error) })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#look?.[Symbol.dispose]()
    const ended = fail('gone', 'upload/ended', 'Kith ends')
    await Promise.allSettled([this.#looking, ...[...this.#all.values()].map((one) => one.stop(ended))])
  }
}
