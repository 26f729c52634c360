import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ForeignClient } from '@kith/interop/peers/client.ts'
import { isFetched } from '@kith/interop/peers/fetched.ts'
import { freePort, Program } from '@kith/interop/peers/process.ts'

const here = import.meta.dirname

/** Fetches webtorrent from the registry the first time. Its scripts build native code that is not used here. */
export function installWebtorrent(): boolean {
  return isFetched(here, 'webtorrent')
}

/** webtorrent in a process of its own. */
export class Webtorrent implements ForeignClient {
  readonly name = 'webtorrent'
  readonly port: number
  readonly #program: Program
  readonly #answers: AsyncIterator<string>

  private constructor(program: Program, port: number) {
    this.#program = program
    this.port = port
    this.#answers = createInterface({ input: program.child.stdout! })[Symbol.asyncIterator]()
  }

  static async start(folder: string): Promise<Webtorrent> {
    const command = process.execPath
    const program = await Program.start({ command, args: [join(here, 'session.mjs')], folder, talks: true })
    const client = new Webtorrent(program, await freePort())
    await client.#call('start', { port: client.port })
    return client
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  async #call<T>(call: string, of: Readonly<Record<string, unknown>> = {}): Promise<T> {
    this.#program.child.stdin!.write(`${JSON.stringify({ call, ...of })}\n`)
    const { value, done } = await this.#answers.next()
    if (done === true) throw new Error(`webtorrent ended:\n${this.#program.log()}`)
    return JSON.parse(value) as T
  }

  add({ torrent, folder }: { torrent?: Uint8Array; folder: string }): Promise<void> {
    return this.#call('add', { folder, torrent: Buffer.from(torrent!).toString('base64') })
  }

  progress(): Promise<{ done: boolean; bytes: number }> {
    return this.#call('progress')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}
