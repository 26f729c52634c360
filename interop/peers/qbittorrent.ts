import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ForeignClient } from './client.ts'
import { until } from './client.ts'
import { freePort, Program } from './process.ts'

/** Debian's qbittorrent-nox, over its Web API. */
export class QBittorrent implements ForeignClient {
  readonly name = 'qBittorrent'
  readonly port: number
  readonly #web: number
  readonly #program: Program

  private constructor(program: Program, port: number, web: number) {
    this.#program = program
    this.port = port
    this.#web = web
  }

  static async start(folder: string): Promise<QBittorrent> {
    const [port, web] = [await freePort(), await freePort()]
    const config = join(folder, 'qBittorrent', 'config')
    await mkdir(config, { recursive: true })
    const settings = `[LegalNotice]
Accepted=true
[BitTorrent]
Session\\Port=${port}
Session\\Interface=lo
Session\\InterfaceName=lo
Session\\BTProtocol=TCP
Session\\Encryption=2
Session\\DHTEnabled=false
Session\\LSDEnabled=false
Session\\PeXEnabled=true
Session\\MultiConnectionsPerIp=true
Session\\AnnounceToAllTrackers=true
[Network]
PortForwardingEnabled=false
[Preferences]
WebUI\\Enabled=true
WebUI\\Address=127.0.0.1
WebUI\\Port=${web}
WebUI\\LocalHostAuth=false
WebUI\\UseUPnP=false
`
    await writeFile(join(config, 'qBittorrent.conf'), settings)
    const program = await Program.start({
      command: 'qbittorrent-nox',
      args: [`--profile=${folder}`],
      folder,
      ready: async () => (await fetch(`http://127.0.0.1:${web}/api/v2/app/version`)).ok,
    })
    return new QBittorrent(program, port, web)
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  async add({ torrent, magnet, folder }: { torrent?: Uint8Array; magnet?: string; folder: string }): Promise<void> {
    const form = new FormData()
    if (torrent === undefined) form.set('urls', magnet!)
    else form.set('torrents', new Blob([torrent.slice()], { type: 'application/x-bittorrent' }), 'a.torrent')
    form.set('savepath', folder)
    form.set('root_folder', 'unset')
    const response = await fetch(`http://127.0.0.1:${this.#web}/api/v2/torrents/add`, { method: 'POST', body: form })
    const text = await response.text()
    if (text !== 'Ok.') throw new Error(`qBittorrent: ${response.status} ${text}`)
  }

  async progress(): Promise<{ done: boolean; bytes: number }> {
    const [one] = await this.#list()
    if (one === undefined) return { done: false, bytes: 0 }
    const resting = ['uploading', 'stalledUP', 'pausedUP', 'queuedUP', 'forcedUP'].includes(one.state)
    return { done: one.progress === 1 && resting, bytes: one.completed }
  }

  async #list(): Promise<readonly { hash: string; progress: number; completed: number; state: string }[]> {
    const response = await fetch(`http://127.0.0.1:${this.#web}/api/v2/torrents/info`)
    return (await response.json()) as { hash: string; progress: number; completed: number; state: string }[]
  }

  async recheck(): Promise<void> {
    const [one] = await this.#list()
    const form = new URLSearchParams({ hashes: one!.hash })
    await fetch(`http://127.0.0.1:${this.#web}/api/v2/torrents/recheck`, { method: 'POST', body: form })
    await until(async () => (await this.#list())[0]!.state.startsWith('checking'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}
