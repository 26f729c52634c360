import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ForeignClient } from './client.ts'
import { freePort, Program } from './process.ts'

export interface LibtorrentStatus {
  readonly state: string
  readonly bytes: number
  readonly done: boolean
  readonly finished: boolean
  readonly pieces: number
  readonly peers: number
  readonly up: number
  readonly down: number
  readonly failed: number
  readonly error: string
}

export interface MadeTorrent {
  readonly torrent: Uint8Array
  readonly infoHash: string
}

/** Debian's libtorrent, through its Python binding. */
export class Libtorrent implements ForeignClient {
  readonly name = 'libtorrent'
  readonly port: number
  readonly #program: Program
  readonly #answers: AsyncIterator<string>
  #queue: Promise<unknown> = Promise.resolve()

  private constructor(program: Program, port: number) {
    this.#program = program
    this.port = port
    this.#answers = createInterface({ input: program.child.stdout! })[Symbol.asyncIterator]()
  }

  static async start(
    folder: string,
    options: { host?: string; settings?: Readonly<Record<string, unknown>> } = {},
  ): Promise<Libtorrent> {
    const port = await freePort()
    const program = await Program.start({
      command: '/usr/bin/python3',
      args: [join(import.meta.dirname, 'session.py')],
      folder,
      talks: true,
    })
    const client = new Libtorrent(program, port)
    await client.call('start', { listen: `${options.host ?? '127.0.0.1'}:${port}`, settings: options.settings ?? {} })
    return client
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  /** One question and its answer; questions wait for each other. */
  async call<T>(name: string, of: Readonly<Record<string, unknown>> = {}): Promise<T> {
    const ask = async (): Promise<T> => {
      this.#program.child.stdin!.write(`${JSON.stringify({ call: name, ...of })}\n`)
      const { value, done } = await this.#answers.next()
      if (done === true) throw new Error(`libtorrent ended:\n${this.#program.log()}`)
      const answer = JSON.parse(value) as T & { failed?: string | number }
      if (typeof answer.failed === 'string') throw new Error(`libtorrent: ${answer.failed}`)
      return answer
    }
    const next = this.#queue.then(ask, ask)
    this.#queue = next.catch(() => {})
    return next
  }

  async add(what: { torrent?: Uint8Array; magnet?: string; folder: string; only?: true }): Promise<void> {
    const { torrent, magnet, folder, only } = what
    await this.call('add', {
      folder,
      ...(torrent === undefined ? { magnet } : { torrent: Buffer.from(torrent).toString('base64') }),
      ...(only === undefined ? {} : { only }),
    })
  }

  connect(port: number, host = '127.0.0.1'): Promise<void> {
    return this.call('connect', { host, port })
  }

  status(): Promise<LibtorrentStatus> {
    return this.call('status')
  }

  async progress(): Promise<{ done: boolean; bytes: number }> {
    const { done, bytes, error } = await this.status()
    if (error !== '') throw new Error(`libtorrent: ${error}`)
    return { done, bytes }
  }

  /** A version 1 torrent of a file or folder, made by libtorrent. */
  async create(
    path: string,
    more: { trackers?: string[]; webSeeds?: string[]; pieceLength?: number; version2?: boolean } = {},
  ): Promise<MadeTorrent> {
    const made = await this.call<{ torrent: string; infoHash: string }>('create', {
      path,
      folder: dirname(path),
      ...more,
    })
    return { torrent: new Uint8Array(Buffer.from(made.torrent, 'base64')), infoHash: made.infoHash }
  }

  recheck(): Promise<void> {
    return this.call('recheck')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}
