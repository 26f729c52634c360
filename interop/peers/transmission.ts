import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ForeignClient } from './client.ts'
import { until } from './client.ts'
import { freePort, Program } from './process.ts'

/**
 * Debian's transmission-daemon, over its RPC. It dials no loopback addresses: the other side has to dial it. Whom it
 * chokes and whom it is interested in it decides every 10 s only, so that whatever is done with it takes about as long.
 */
export class Transmission implements ForeignClient {
  readonly name = 'Transmission'
  readonly port: number
  readonly #rpc: number
  readonly #program: Program
  #session = ''
  #id = 0

  private constructor(program: Program, port: number, rpc: number) {
    this.#program = program
    this.port = port
    this.#rpc = rpc
  }

  static async start(folder: string): Promise<Transmission> {
    const [port, rpc] = [await freePort(), await freePort()]
    await mkdir(join(folder, 'config'), { recursive: true })
    const settings = {
      'rpc-port': rpc,
      'rpc-bind-address': '127.0.0.1',
      'rpc-authentication-required': false,
      'rpc-whitelist-enabled': false,
      'peer-port': port,
      encryption: 0,
      'utp-enabled': false,
      'dht-enabled': false,
      'lpd-enabled': false,
      'port-forwarding-enabled': false,
      'download-queue-enabled': false,
      preallocation: 0,
    }
    await writeFile(join(folder, 'config', 'settings.json'), JSON.stringify(settings))
    const program = await Program.start({
      command: 'transmission-daemon',
      args: ['-f', '-g', join(folder, 'config')],
      folder,
      ready: async () => (await fetch(`http://127.0.0.1:${rpc}/transmission/rpc`)).status === 409,
    })
    return new Transmission(program, port, rpc)
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  async #call<T>(method: string, args: unknown): Promise<T> {
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${this.#rpc}/transmission/rpc`, {
        method: 'POST',
        headers: { 'x-transmission-session-id': this.#session },
        body: JSON.stringify({ method, arguments: args }),
      })
      if (response.status === 409) {
        this.#session = response.headers.get('x-transmission-session-id') ?? ''
        await response.arrayBuffer()
        continue
      }
      const { result, arguments: answer } = (await response.json()) as { result: string; arguments: T }
      if (result !== 'success') throw new Error(`Transmission: ${result}`)
      return answer
    }
  }

  async add({ torrent, magnet, folder }: { torrent?: Uint8Array; magnet?: string; folder: string }): Promise<void> {
    const what = torrent === undefined ? { filename: magnet } : { metainfo: Buffer.from(torrent).toString('base64') }
    const answer = await this.#call<{ 'torrent-added': { id: number } }>('torrent-add', {
      ...what,
      'download-dir': folder,
    })
    this.#id = answer['torrent-added'].id
  }

  async progress(): Promise<{ done: boolean; bytes: number }> {
    const fields = ['percentDone', 'haveValid', 'leftUntilDone', 'status', 'errorString', 'sizeWhenDone']
    const { torrents } = await this.#call<{
      torrents: { haveValid: number; leftUntilDone: number; status: number; sizeWhenDone: number }[]
    }>('torrent-get', { ids: [this.#id], fields })
    const one = torrents[0]!
    return { done: one.sizeWhenDone > 0 && one.leftUntilDone === 0 && one.status >= 5, bytes: one.haveValid }
  }

  /** What it says of its peers. */
  async peers(): Promise<readonly { clientName: string; address: string; port: number }[]> {
    const { torrents } = await this.#call<{
      torrents: { peers: { clientName: string; address: string; port: number }[] }[]
    }>('torrent-get', { ids: [this.#id], fields: ['peers'] })
    return torrents[0]!.peers
  }

  async recheck(): Promise<void> {
    await this.#call('torrent-verify', { ids: [this.#id] })
    const checking = async (): Promise<boolean> => {
      const { torrents } = await this.#call<{ torrents: { status: number }[] }>('torrent-get', {
        ids: [this.#id],
        fields: ['status'],
      })
      return torrents[0]!.status === 1 || torrents[0]!.status === 2
    }
    await until(checking)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}
