import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Client, UnreachableError } from '@kith/api/client.ts'
import { daemonCommand } from '@kith/cli/connect.ts'
import { fetchOver } from '@kith/api/socket.ts'
import type { Transfer, TransferDetails } from '@kith/api/transfers.ts'
import { patience } from './peers/client.ts'
import { freePort } from './peers/process.ts'

const root = dirname(import.meta.dirname)
/** What a start may take on a machine that does much else. */
const startMs = 90_000

/** A daemon of this checkout, with a home of its own, driven over its unix socket like any program would. */
export class Kith implements AsyncDisposable {
  readonly home: string
  readonly client: Client
  readonly #settings: readonly string[]
  readonly #within: readonly string[]
  #process: ChildProcess | undefined

  private constructor(home: string, settings: readonly string[], within: readonly string[]) {
    this.home = home
    this.#settings = settings
    this.#within = within
    this.client = new Client({ base: 'http://localhost', fetch: fetchOver(join(home, 'run', 'api.sock')) })
  }

  /**
   * @param settings such as `speed.down=2048`
   * @param within the beginning of a command that runs it elsewhere, such as in a network of its own; without it nothing
   * is told to the local network
   */
  static async start(home: string, settings: readonly string[] = [], within: readonly string[] = []): Promise<Kith> {
    await mkdir(home, { recursive: true })
    // Here it shares the machine with others, who could take a port that it drew itself while it is down.
    const own = [`connections.port=${await freePort()}`, 'neighbours.discovery=false', 'connections.port_mapping=false']
    const quiet = within.length === 0 ? own : []
    const kith = new Kith(home, [...quiet, ...settings], within)
    try {
      await kith.start()
    } catch (error) {
      await kith.kill()
      throw error
    }
    return kith
  }

  get downloads(): string {
    return join(this.home, 'downloads')
  }

  get pid(): number {
    return this.#process!.pid!
  }

  async start(more: readonly string[] = []): Promise<void> {
    const flags = ['api.port=0', ...this.#settings, ...more].flatMap((setting) => ['--set', setting])
    const command = [...this.#within, process.execPath, ...daemonCommand, '--home', this.home, ...flags]
    const child = spawn(command[0]!, command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, KITH_HOME: undefined, NODE_COMPILE_CACHE: join(root, 'out', 'compiled') },
    })
    const log = createWriteStream(join(this.home, 'daemon.log'), { flags: 'a' })
    child.stdout.pipe(log, { end: false })
    child.stderr.pipe(log, { end: false })
    this.#process = child
    const end = Date.now() + startMs
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > end)
        throw new Error(`Kith did not start:\n${await this.log()}`)
      try {
        await this.client.call('status')
        break
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error
      }
      await sleep(50)
    }
    await this.#stands(child, end)
  }

  /** On a busy machine it answers before all of it stands; what is asked then finds a part of it missing. */
  async #stands(child: ChildProcess, end: number): Promise<void> {
    const late = new AbortController()
    const stop = (): void => late.abort()
    const timer = setTimeout(stop, end - Date.now())
    child.once('exit', stop)
    try {
      for await (const { type } of this.client.events({ after: 0, signal: late.signal }))
        if (type === 'daemon/started') return
    } finally {
      clearTimeout(timer)
      child.off('exit', stop)
      late.abort()
    }
    throw new Error(`Kith did not come to stand:\n${await this.log()}`)
  }

  /** `SIGKILL`: nothing can be put in order. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), 25_000)
    await ended
    clearTimeout(timer)
  }

  log(): Promise<string> {
    return readFile(join(this.home, 'daemon.log'), 'utf8').catch(() => '')
  }

  /** Adds a link, or a document. */
  async add(what: string | Uint8Array, directory?: string): Promise<Transfer> {
    const where = directory === undefined ? {} : { directory }
    const body =
      typeof what === 'string' ? { link: what, ...where } : { document: Buffer.from(what).toString('base64'), ...where }
    return (await this.client.call('add', { body })).transfer
  }

  transfer(id: string): Promise<TransferDetails> {
    return this.client.call('transfer', { params: { id } })
  }

  /** The port that other peers reach it at. */
  async port(): Promise<number> {
    return (await this.client.call('status')).port
  }

  /** Waits until a transfer passes the test; says what it was when time is up. */
  async until(id: string, test: (transfer: TransferDetails) => boolean, ms = 180_000): Promise<TransferDetails> {
    const late = patience(ms)
    for (;;) {
      const transfer = await this.transfer(id)
      if (test(transfer)) return transfer
      if (late()) {
        const sources = await this.client.call('sources', { params: { id } })
        throw new Error(
          `It did not come to that: ${JSON.stringify({ ...transfer, sources }, undefined, 1)}\n${await this.log()}`,
        )
      }
      await sleep(50)
    }
  }

  /** Waits until everything wanted is here and verified. */
  complete(id: string, ms?: number): Promise<TransferDetails> {
    return this.until(id, ({ state }) => state === 'giving' || state === 'done', ms)
  }

  /** The same, told by the daemon: nobody has to ask it again and again, which costs it something. */
  async completed(id: string, ms = 180_000): Promise<void> {
    const signal = AbortSignal.timeout(ms)
    for await (const { type, subject } of this.client.events({ after: 0, signal })) {
      if (type === 'transfer/completed' && subject === id) return
    }
    throw new Error(`It was not complete in time\n${await this.log()}`)
  }

  /** Makes a torrent of a file or folder and gives it. */
  async publish(
    path: string,
    trackers: readonly string[] = [],
    more: { pieceLength?: number; webSeeds?: string[] } = {},
  ): Promise<{ torrent: Uint8Array; link: string; transfer: string }> {
    let made = await this.client.call('publish', {
      body: { path, network: 'bittorrent', gateways: trackers.length === 0 ? [] : [trackers], ...more },
    })
    while (made.state === 'hashing') {
      await sleep(50)
      made = await this.client.call('publication', { params: { id: made.id } })
    }
    if (made.state === 'failed') throw new Error(made.fault?.message)
    const torrent = await this.client.call('publishedDocument', { params: { id: made.id } })
    return { torrent, link: made.link!, transfer: made.transfer! }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
