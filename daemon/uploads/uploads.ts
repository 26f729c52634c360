import { join } from 'node:path'
import type { UploadRequest, UploadView } from '@kith/api/uploads.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Arrivals } from '@kith/core/network/arrivals.ts'
import { type Clock, every, type Random } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import { safeName } from '@kith/wire/safe-path.ts'
import type { Handlers } from '../api/handlers.ts'
import { freeBytes, makeFolder } from '../host/disk/space.ts'
import { arrivals } from '../host/files/arrivals.ts'
import { exactly } from '../host/files/exactly.ts'
import { FileTree } from '../host/files/tree.ts'
import { spoken } from './spoken.ts'

/** Uploads that are not whole yet; a page has one or two. */
const mostComing = 20
/** What brings nothing for so long, or is whole and given to nobody, is over. */
const idleMs = 10 * 60_000
const lookMs = 60_000

export interface UploadsWorld {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Where they lie. */
  readonly folder: string
  /** Whether something in a folder is given, or on its way to somebody. */
  isUsed(folder: string): boolean
}

interface UploadFile {
  readonly names: readonly string[]
  readonly size: number
  state: 'expected' | 'coming' | 'there'
  received: number
}

interface Upload {
  readonly id: string
  readonly name: string
  readonly folder: string
  readonly files: readonly UploadFile[]
  readonly arrivals: Arrivals
  readonly ended: AbortController
  readonly writing: Set<Promise<unknown>>
  movedAt: number
}

/**
 * Files of browsers on their way to a device: written to this machine first, because what is sent is read anew for each
 * receiver and after each break. They go when nothing gives them any more.
 */
export class Uploads implements AsyncDisposable {
  readonly #world: UploadsWorld
  readonly #tree: FileTree
  readonly #all = new Map<string, Upload>()
  #look: Disposable | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(world: UploadsWorld) {
    this.#world = world
    this.#tree = new FileTree(world.folder)
  }

  /** Takes away what a run before left and nothing gives; call it once what is given is known. */
  async start(): Promise<void> {
    await makeFolder(this.#world.folder)
    await this.#sweep()
    this.#look = every(this.#world.clock, lookMs, () => {
      this.#looking = this.#looking.then(() => this.#sweep())
    })
  }

  get operations(): Pick<Handlers, 'uploads' | 'beginUpload' | 'uploadFile' | 'endUpload'> {
    return {
      uploads: () => [...this.#all.values()].map(view),
      beginUpload: ({ body }) => this.#begin(body),
      uploadFile: ({ params, body }) => this.#take(params.id, params.file, body instanceof Blob ? body.stream() : body),
      endUpload: ({ params }) => this.#end(this.#need(params.id)),
    }
  }

  async #begin({ name, files }: UploadRequest): Promise<UploadView> {
    const { clock, random, folder } = this.#world
    if ([...this.#all.values()].filter((one) => !isWhole(one)).length >= mostComing) {
      throw fail('unavailable', 'upload/too-many', 'Too many files are on their way here already')
    }
    const size = files.reduce((sum, one) => sum + one.size, 0)
    await makeFolder(folder)
    if (!Number.isSafeInteger(size) || size > (await freeBytes(folder))) {
      throw fail('local', 'upload/space', 'There is not as much space on the disk of Kith’s machine')
    }
    const id = random.bytes(8).toHex()
    const own = join(folder, id)
    const names = files.map((one) => namesIn(one.name))
    const top = commonTop(names)
    const around = top === undefined ? safeName(name ?? names[0]!.at(-1)!.replace(/(?<=.)\.[^.]*$/, '')) : undefined
    const upload: Upload = {
      id,
      name: (around ?? top)!,
      folder: own,
      files: files.map((file, index) => ({
        names: around === undefined ? names[index]! : [around, ...names[index]!],
        size: file.size,
        state: 'expected',
        received: 0,
      })),
      arrivals: arrivals(async () => own),
      ended: new AbortController(),
      writing: new Set(),
      movedAt: clock.now(),
    }
    await this.#tree.makeFolder([id])
    this.#all.set(id, upload)
    return view(upload)
  }

  async #take(id: string, index: string, body: ReadableStream<Uint8Array>): Promise<UploadView> {
    const upload = this.#need(id)
    const file = /^\d{1,4}$/.test(index) ? upload.files[Number(index)] : undefined
    if (file === undefined) throw fail('input', 'upload/unknown', 'There is no such file in that upload')
    if (file.state !== 'expected') throw fail('input', 'upload/again', 'That file is there already, or on its way')
    file.state = 'coming'
    try {
      const bytes = spoken(body, this.#world.clock, upload.ended.signal)
      const moved = (received: number): void => {
        file.received = received
        upload.movedAt = this.#world.clock.now()
      }
      const counted = exactly(file.size, bytes, moved, () =>
        fail('input', 'upload/size', 'The file is not as long as was said'),
      )
      const written = upload.arrivals.write(file.names, counted)
      upload.writing.add(written)
      await written.finally(() => upload.writing.delete(written))
      file.state = 'there'
    } finally {
      if (file.state === 'coming') {
        file.state = 'expected'
        file.received = 0
      }
      upload.movedAt = this.#world.clock.now()
    }
    return view(upload)
  }

  async #end(upload: Upload): Promise<void> {
    this.#all.delete(upload.id)
    upload.ended.abort(fail('gone', 'upload/ended', 'It was ended'))
    await Promise.allSettled(upload.writing)
    if (!this.#world.isUsed(upload.folder)) await this.#tree.remove([upload.id])
  }

  #need(id: string): Upload {
    const found = this.#all.get(id)
    if (found === undefined) throw fail('input', 'upload/unknown', 'There is no such upload, or no more')
    return found
  }

  /** Takes away what nothing gives and nobody goes on with. */
  async #sweep(): Promise<void> {
    const { clock, folder, log } = this.#world
    try {
      for (const { name } of await this.#tree.list([])) {
        const upload = this.#all.get(name)
        const isFresh = upload !== undefined && upload.movedAt + idleMs > clock.now()
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
    const all = [...this.#all.values()]
    for (const { ended } of all) ended.abort(fail('gone', 'upload/ended', 'Kith ends'))
    await Promise.allSettled([this.#looking, ...all.flatMap(({ writing }) => [...writing])])
  }
}

/** Folders and a name, that lead nowhere else. */
function namesIn(name: string): readonly string[] {
  const names = name.split('/').filter((one) => one !== '' && one !== '.' && one !== '..')
  return names.length === 0 ? ['_'] : names.map(safeName)
}

/** The one file, or the folder that all files are in. */
function commonTop(names: readonly (readonly string[])[]): string | undefined {
  const [first = '', ...more] = names[0]!
  if (names.length === 1 && more.length === 0) return first
  return names.every((one) => one.length > 1 && one[0] === first) ? first : undefined
}

function isWhole({ files }: Upload): boolean {
  return files.every(({ state }) => state === 'there')
}

function view(upload: Upload): UploadView {
  const { id, name, folder, files } = upload
  return {
    id,
    name,
    path: join(folder, name),
    files: files.length,
    size: files.reduce((sum, { size }) => sum + size, 0),
    done: files.reduce((sum, { received }) => sum + received, 0),
    state: isWhole(upload) ? 'whole' : 'coming',
  }
}
