import { execFile } from 'node:child_process'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from './client.ts'
import { freePort, Program } from './process.ts'

/** The kind of DC++'s searches that looks for a root. */
const rootSearch = 8

/** Debian's eiskaltdcpp-daemon, over its JSON-RPC. */
export class Eiskalt implements AsyncDisposable {
  readonly nick: string
  readonly downloads: string
  readonly #program: Program
  readonly #rpc: Rpc

  private constructor(program: Program, rpc: Rpc, nick: string, downloads: string) {
    this.#program = program
    this.#rpc = rpc
    this.nick = nick
    this.downloads = downloads
  }

  /**
   * @param settings of DC++, such as `IncomingConnections`
   * @param within the beginning of a command that runs it elsewhere, such as in a network of its own
   */
  static async start(
    folder: string,
    nick: string,
    settings: Readonly<Record<string, string>> = {},
    within: readonly string[] = [],
  ): Promise<Eiskalt> {
    const downloads = join(folder, 'downloads')
    await mkdir(downloads, { recursive: true })
    const [port, inPort, tlsPort] = [await freePort(), await freePort(), await freePort()]
    const rpc: Rpc = { port, within }
    const wanted = {
      Nick: nick,
      DownloadDirectory: `${downloads}/`,
      InPort: `${inPort}`,
      UDPPort: `${inPort}`,
      TLSPort: `${tlsPort}`,
      ExternalIp: '127.0.0.1',
      IncomingConnections: '0',
      ...settings,
    }
    // It opens its ports at the start and never again.
    await writeFile(join(folder, 'DCPlusPlus.xml'), settingsXml(wanted))
    const command = ['-v', '-c', folder, '-l', folder, '-P', `${port}`, '-L', '127.0.0.1']
    const [first = 'eiskaltdcpp-daemon', ...args] = [...within, 'eiskaltdcpp-daemon', ...command]
    const program = await Program.start({
      command: first,
      args,
      folder,
      ready: async () => (await call(rpc, 'show.version', {})) !== undefined,
    })
    const eiskalt = new Eiskalt(program, rpc, nick, downloads)
    if (/Unable to open port/.test(eiskalt.log())) {
      await eiskalt[Symbol.asyncDispose]()
      throw new Error(`EiskaltDC++ did not get its ports:\n${eiskalt.log()}`)
    }
    return eiskalt
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    return call(this.#rpc, method, params)
  }

  async join(hub: string): Promise<void> {
    await this.call('hub.add', { huburl: hub, enc: '' })
    await until(async () =>
      String(await this.call('hub.getusers', { huburl: hub, separator: ';' })).includes(this.nick),
    )
  }

  /** Shares a folder and waits until it is hashed and in the list. */
  async share(directory: string, name: string): Promise<void> {
    await this.call('share.add', { directory: `${directory}/`, virtname: name })
    const wanted = await bytesIn(directory)
    let state: { readonly status: string; readonly filesleft: number } | undefined
    let said = ''
    // It hashes in its idle time, and forgets what it hashed while it looked through the folders until it looks again.
    await until(
      async () => {
        state = (await this.call('hash.status', {})) as typeof state
        // It begins to hash a minute after its start, or when it is told to.
        if (state?.status === 'pause') await this.call('hash.pause', {})
        else if (state?.status === 'idle' && state.filesleft === 0) {
          said = String(await this.call('share.list', { separator: ';' }))
          if (sizeIn(said, name, wanted)) return true
          await this.look()
        }
        await new Promise((resolve) => setTimeout(resolve, 500))
        return false
      },
      120_000,
      () => ({ state, said, log: this.log() }),
    )
  }

  /** Looks through what it shares again; its list has only what it knew at its last look. */
  async look(): Promise<void> {
    await this.call('share.refresh', {})
  }

  /** Fetches files from somebody: their list says that they have what the links name. */
  async fetch(hub: string, nick: string, links: readonly string[]): Promise<void> {
    for (const magnet of links) await this.call('magnet.add', { magnet, directory: `${this.downloads}/` })
    await this.list(hub, nick)
    await this.call('queue.matchlists', {})
  }

  /** Gets somebody's list; gives what it calls it. */
  async list(hub: string, nick: string): Promise<string> {
    await this.call('list.download', { huburl: hub, nick })
    let name: string | undefined
    await until(async () => {
      const lists = String(await this.call('list.local', { separator: ';' })).split(';')
      name = lists.find((one) => one.startsWith(`${nick}.`))
      return name !== undefined
      // When the first try fails, it tries again a minute later.
    }, 200_000)
    // Its connection is free a moment later; what is wanted before that waits until somebody ends it, and a minute more.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    return name!
  }

  /** Fetches a folder of somebody's list, which is what they share it as. */
  async fetchFolder(hub: string, nick: string, folder: string): Promise<void> {
    const filelist = await this.list(hub, nick)
    const target = `${folder}\\`
    // The list is there before all of it is.
    await until(async () => {
      await this.call('list.open', { filelist })
      const how = { target, downloadto: `${this.downloads}/`, filelist }
      if ((await this.call('list.downloaddir', how)) === 0) return true
      await this.call('list.close', { filelist })
      await new Promise((resolve) => setTimeout(resolve, 500))
      return false
    })
  }

  /** Everything that was wanted is there. */
  async done(ms = 130_000): Promise<void> {
    await until(async () => {
      const queue = await this.call('queue.list', {})
      return queue === null || queue === ''
    }, ms)
  }

  /** What was said in the main chat. */
  async chat(hub: string): Promise<string> {
    return String(await this.call('hub.getchat', { huburl: hub, separator: '\n' }))
  }

  /** The paths that a search by words or by a root finds, with the nicks of those who have them. */
  async find(what: string, by: 'words' | 'tth' = 'words'): Promise<readonly string[]> {
    let found: readonly { readonly Nick: string; readonly Path: string; readonly Filename: string }[] = []
    await this.call('search.clear', { huburl: '' })
    await this.call('search.send', {
      searchstring: what,
      searchtype: by === 'words' ? 0 : rootSearch,
      sizemode: 0,
      sizetype: 0,
      size: 0,
      huburls: '',
    })
    await until(async () => {
      found = ((await this.call('search.getresults', { huburl: '' })) ?? []) as typeof found
      return found.length > 0
      // It asks a hub only so often.
    }, 90_000)
    return found.map(({ Nick, Path, Filename }) => `${Nick}: ${Path}${Filename}`)
  }

  /** It is gone at once, without a word to anybody. */
  kill(): void {
    this.#program.child.kill('SIGKILL')
  }

  log(): string {
    return this.#program.log()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}

function settingsXml(settings: Readonly<Record<string, string>>): string {
  const tags = Object.entries(settings).map(
    ([name, value]) => `<${name} type="${/^\d+$/.test(value) ? 'int' : 'string'}">${value}</${name}>`,
  )
  return `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<DCPlusPlus><Settings>${tags.join('')}</Settings></DCPlusPlus>\n`
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  return bytes
}

/** Whether a list of what it shares, such as `/path/;name;30.01 MiB;`, says that it knows so many bytes. */
function sizeIn(list: string, name: string, bytes: number): boolean {
  for (const line of list.split('\n')) {
    const [, called, size = ''] = line.split(';')
    const [number, unit = 'B'] = size.trim().split(' ')
    const scale = 1024 ** ['B', 'KiB', 'MiB', 'GiB'].indexOf(unit)
    if (called === name) return Math.abs(Number(number) - bytes / scale) <= 0.0051
  }
  return false
}

interface Rpc {
  readonly port: number
  /** The beginning of a command that runs in the network where it is. */
  readonly within: readonly string[]
}

// It answers nothing while it builds a list of its shares.
async function call(rpc: Rpc, method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const url = `http://127.0.0.1:${rpc.port}/`
  const [first, ...args] = rpc.within
  if (first === undefined) {
    const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(60_000) })
    return ((await response.json()) as { result?: unknown }).result
  }
  const curl = ['curl', '-sS', '--max-time', '60', '--data-binary', body, url]
  const { stdout } = await promisify(execFile)(first, [...args, ...curl])
  return (JSON.parse(stdout) as { result?: unknown }).result
}
