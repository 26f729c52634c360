import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bunzip2 } from '@kith/wire/bzip2/decode.ts'
import { until } from './client.ts'
import { freePort } from './process.ts'

const run = promisify(execFile)

/** Debian's ncdc, typed at inside a terminal of tmux. */
export class Ncdc implements AsyncDisposable {
  readonly nick: string
  readonly folder: string
  readonly #socket: string

  private constructor(folder: string, nick: string, socket: string) {
    this.folder = folder
    this.nick = nick
    this.#socket = socket
  }

  static async start(folder: string, nick: string, settings: Readonly<Record<string, string>> = {}): Promise<Ncdc> {
    await mkdir(folder, { recursive: true })
    const socket = join(folder, 'tmux')
    const command = `LC_ALL=C.UTF-8 NCDC_DIR='${folder}' ncdc 2>'${join(folder, 'errors')}'`
    await run('tmux', ['-S', socket, '-f', '/dev/null', 'new-session', '-d', '-x', '180', '-y', '50', command])
    const ncdc = new Ncdc(folder, nick, socket)
    await until(async () => (await ncdc.screen()).includes('main>'))
    const port = `${await freePort()}`
    const wanted = {
      nick,
      log_debug: 'true',
      download_dir: ncdc.downloads,
      active_ip: '127.0.0.1',
      active_port: port,
      active: 'true',
      ...settings,
    }
    for (const [name, value] of Object.entries(wanted)) await ncdc.type(`/set ${name} ${value}`)
    return ncdc
  }

  get downloads(): string {
    return join(this.folder, 'dl')
  }

  /** Of ncdc itself, which its shell waits for. */
  async pid(): Promise<number> {
    const { stdout } = await run('tmux', ['-S', this.#socket, 'list-panes', '-F', '#{pane_pid}'])
    const shell = stdout.trim()
    const children = await readFile(`/proc/${shell}/task/${shell}/children`, 'utf8')
    return Number(children.trim() || shell)
  }

  /** What it wrote about what it did. */
  log(): Promise<string> {
    return readFile(join(this.folder, 'stderr.log'), 'utf8').catch(() => '')
  }

  async type(line: string): Promise<void> {
    await run('tmux', ['-S', this.#socket, 'send-keys', '-l', line])
    await run('tmux', ['-S', this.#socket, 'send-keys', 'Enter'])
    // It reads a line at a time from a terminal.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }

  async key(name: string): Promise<void> {
    await run('tmux', ['-S', this.#socket, 'send-keys', name])
    await new Promise((resolve) => setTimeout(resolve, 50))
  }

  async screen(): Promise<string> {
    return (await run('tmux', ['-S', this.#socket, 'capture-pane', '-p', '-J'])).stdout
  }

  /** Shares a folder and waits until it is in the list that others get. */
  async share(directory: string, name: string): Promise<void> {
    const files = (await readdir(directory, { withFileTypes: true, recursive: true })).filter((one) => one.isFile())
    await this.type(`/share ${name} ${directory}`)
    let [listed, looked] = [0, 0]
    await until(
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 200))
        listed = await this.#listed()
        if (listed >= files.length) return true
        // What it hashed gets into the list a minute later, or when it looks through its folders again; and when it looks
        // while it hashes, it begins anew.
        const log = await this.log()
        const [begun, done] = [/Start hashing/g, /Completed hashing/g].map((of) => log.match(of)?.length ?? 0)
        if (begun !== done || begun === 0 || Date.now() - looked < 5_000) return false
        looked = Date.now()
        await this.type('/refresh')
        return false
      },
      120_000,
      async () => ({ listed, screen: await this.screen() }),
    )
  }

  /** The files in the list that others get, as far as they are hashed. */
  async #listed(): Promise<number> {
    try {
      const list = bunzip2()
      const packed = await readFile(join(this.folder, 'files.xml.bz2'))
      const xml = Buffer.concat([...list.push(packed), ...list.end()]).toString()
      return xml.match(/<File [^>]*TTH="(?!A{39})/g)?.length ?? 0
    } catch {
      // It is being written.
      return 0
    }
  }

  /** Leaves the terminal in the tab of the hub. */
  async join(hub: string): Promise<void> {
    await this.type(`/open hub ${hub}`)
    await until(async () => /\b[1-9]\d* users/.test(await this.screen()))
  }

  /** Goes to the tab whose title begins so, when it is there. */
  async tab(title: string, ms = 90_000): Promise<void> {
    let number = ''
    await until(async () => {
      number = new RegExp(`(\\d+)[!:+]${title}`).exec(await this.screen())?.[1] ?? ''
      return number !== ''
    }, ms)
    await this.key(`M-${number}`)
  }

  /** Finds by words, or `tth:…`; leaves the terminal in the results, with the first one chosen. */
  async find(words: string, expected: string): Promise<void> {
    await this.type(words.startsWith('tth:') ? `/search -tth ${words.slice(4)}` : `/search -t any ${words}`)
    await until(async () => (await this.screen()).includes(expected))
  }

  /** Fetches all that somebody has, by their list. */
  async fetchAll(nick: string): Promise<void> {
    await this.type(`/browse ${nick}`)
    // On NMDC hubs two who want something of each other at the same time meet once, and one of them comes again a minute
    // later, when they may meet so again.
    await this.tab(`/${nick}`, 330_000)
    await this.key('d')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run('tmux', ['-S', this.#socket, 'kill-server']).catch(() => {})
  }
}
