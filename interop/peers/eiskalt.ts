import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from './client.ts'
import { freePort, Program } from './process.ts'

/** Debian's eiskaltdcpp-daemon, over its JSON-RPC. */
export class Eiskalt implements AsyncDisposable {
  readonly nick: string
  readonly downloads: string
  readonly #program: Program
  readonly #rpc: number

  private constructor(program: Program, rpc: number, nick: string, downloads: string) {
    this.#program = program
    this.#rpc = rpc
    this.nick = nick
    this.downloads = downloads
  }

  /** @param settings of DC++, such as `IncomingConnections` */
  static async start(folder: string, nick: string, settings: Readonly<Record<string, string>> = {}): Promise<Eiskalt> {
    const rpc = await freePort()
    const downloads = join(folder, 'downloads')
    await mkdir(downloads, { recursive: true })
    const program = await Program.start({
      command: 'eiskaltdcpp-daemon',
      args: ['-v', '-c', folder, '-l', folder, '-P', `${rpc}`, '-L', '127.0.0.1'],
      folder,
      ready: async () => (await call(rpc, 'show.version', {})) !== undefined,
    })
    const eiskalt = new Eiskalt(program, rpc, nick, downloads)
    const [inPort, tlsPort] = [`${await freePort()}`, `${await freePort()}`]
    const wanted = {
      Nick: nick,
      DownloadDirectory: `${downloads}/`,
      InPort: inPort,
      UDPPort: inPort,
      TLSPort: tlsPort,
      ExternalIp: '127.0.0.1',
      IncomingConnections: '0',
      ...settings,
    }
    for (const [key, value] of Object.entries(wanted)) await eiskalt.call('settings.getset', { key, value })
    return eiskalt
  }

  call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    return call(this.#rpc, method, params)
  }

  async join(hub: string): Promise<void> {
    await this.call('hub.add', { huburl: hub, enc: '' })
    await until(async () => String(await this.call('hub.getusers', { huburl: hub, separator: ';' })).includes(this.nick))
  }

  /** Shares a folder and waits until so many files are hashed. */
  async share(directory: string, name: string): Promise<void> {
    await this.call('share.add', { directory: `${directory}/`, virtname: name })
    await this.call('share.refresh', {})
    await until(async () => {
      const { status } = (await this.call('hash.status', {})) as { status: string }
      // It begins to hash a minute after its start, or when it is told to.
      if (status === 'pause') await this.call('hash.pause', {})
      return status === 'idle'
    }, 60_000)
  }

  log(): string {
    return this.#program.log()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}

async function call(port: number, method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) })
  return ((await response.json()) as { result?: unknown }).result
}
