import type { ForeignClient } from './client.ts'
import { freePort, Program } from './process.ts'

interface Download {
  readonly gid: string
  readonly status: string
  readonly completedLength: string
  readonly totalLength: string
  readonly errorMessage?: string
  readonly followedBy?: readonly string[]
  readonly files: readonly { readonly path: string }[]
}

/** Debian's aria2, over its JSON-RPC. */
export class Aria2 implements ForeignClient {
  readonly name = 'aria2'
  readonly port: number
  readonly #rpc: number
  readonly #program: Program
  #gid = ''

  private constructor(program: Program, port: number, rpc: number) {
    this.#program = program
    this.port = port
    this.#rpc = rpc
  }

  static async start(folder: string): Promise<Aria2> {
    const [port, rpc] = [await freePort(), await freePort()]
    const url = `http://127.0.0.1:${rpc}/jsonrpc`
    const program = await Program.start({
      command: 'aria2c',
      args: [
        '--no-conf',
        '--enable-rpc',
        `--rpc-listen-port=${rpc}`,
        `--listen-port=${port}`,
        '--enable-dht=false',
        '--enable-dht6=false',
        '--bt-enable-lpd=false',
        '--file-allocation=none',
        '--seed-ratio=0.0',
        '--check-integrity=true',
        '--bt-save-metadata=false',
        '--disable-ipv6=true',
      ],
      folder,
      ready: async () =>
        (await fetch(url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"aria2.getVersion"}' })).ok,
    })
    return new Aria2(program, port, rpc)
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  async #call<T>(method: string, params: readonly unknown[]): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.#rpc}/jsonrpc`, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: `aria2.${method}`, params }),
    })
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } }
    if (error !== undefined) throw new Error(`aria2: ${error.message}`)
    return result
  }

  async add({ torrent, magnet, folder }: { torrent?: Uint8Array; magnet?: string; folder: string }): Promise<void> {
    this.#gid =
      torrent === undefined
        ? await this.#call<string>('addUri', [[magnet], { dir: folder }])
        : await this.#call<string>('addTorrent', [Buffer.from(torrent).toString('base64'), [], { dir: folder }])
  }

  async progress(): Promise<{ done: boolean; bytes: number }> {
    const one = await this.#call<Download>('tellStatus', [this.#gid])
    // A magnet's metadata is a download of its own, followed by the real one.
    if (one.followedBy?.[0] !== undefined) {
      this.#gid = one.followedBy[0]
      return { done: false, bytes: 0 }
    }
    if (one.status === 'error') throw new Error(`aria2: ${one.errorMessage}\n${this.#program.log()}`)
    const bytes = Number(one.completedLength)
    const onlyMetadata = one.files[0]?.path.startsWith('[METADATA]') ?? true
    return { done: !onlyMetadata && bytes > 0 && bytes === Number(one.totalLength), bytes }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}
