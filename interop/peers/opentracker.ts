import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, Program } from './process.ts'

/** Debian's opentracker: HTTP and UDP on one port of loopback, for torrents that are on its list. */
export class Opentracker implements AsyncDisposable {
  readonly port: number
  readonly #program: Program
  readonly #list: string

  private constructor(program: Program, port: number, list: string) {
    this.#program = program
    this.port = port
    this.#list = list
  }

  static async start(folder: string): Promise<Opentracker> {
    const port = await freePort()
    const list = join(folder, 'list')
    await mkdir(folder, { recursive: true })
    await writeFile(list, '')
    // As root it locks itself into the folder and then becomes nobody, who has to be able to read the list.
    await chmod(folder, 0o755)
    const program = await Program.start({
      command: 'opentracker',
      args: [
        '-i',
        '127.0.0.1',
        '-p',
        String(port),
        '-P',
        String(port),
        '-d',
        folder,
        '-w',
        process.getuid?.() === 0 ? '/list' : list,
        '-u',
        'nobody',
      ],
      folder,
      ready: async () => (await fetch(`http://127.0.0.1:${port}/stats`)).status > 0,
    })
    return new Opentracker(program, port, list)
  }

  /** Puts a torrent on the list. */
  async allow(infoHash: string): Promise<void> {
    await appendFile(this.#list, `${infoHash}\n`)
    this.#program.child.kill('SIGHUP')
    await this.#until(infoHash, (answer) => !answer.includes('not authorized'), 'does not take the torrent')
  }

  /** Waits until somebody has announced the torrent, so that who comes now is told of them. */
  async announced(infoHash: string): Promise<void> {
    await this.#until(infoHash, (answer) => !/8:completei0e.*10:incompletei0e/.test(answer), 'knows nobody')
  }

  async #until(infoHash: string, test: (answer: string) => boolean, what: string): Promise<void> {
    const asked = `http://127.0.0.1:${this.port}/announce?info_hash=${infoHash.replace(/../g, '%$&')}&peer_id=${'x'.repeat(20)}&port=1&left=1&event=stopped`
    for (let tries = 0; tries < 900; tries++) {
      if (test(await (await fetch(asked)).text())) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`opentracker ${what}`)
  }

  get http(): string {
    return `http://127.0.0.1:${this.port}/announce`
  }

  get udp(): string {
    return `udp://127.0.0.1:${this.port}/announce`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}

/** A plain web server with ranges: Debian's lighttpd, giving one folder. */
export class WebServer implements AsyncDisposable {
  readonly url: string
  readonly #program: Program

  private constructor(program: Program, url: string) {
    this.#program = program
    this.url = url
  }

  static async start(folder: string, root: string): Promise<WebServer> {
    const port = await freePort()
    const config = join(folder, '..', `lighttpd-${port}.conf`)
    await writeFile(config, `server.document-root = "${root}"\nserver.port = ${port}\nserver.bind = "127.0.0.1"\n`)
    await chmod(config, 0o644)
    const program = await Program.start({
      command: 'lighttpd',
      args: ['-D', '-f', config],
      folder,
      ready: async () => (await fetch(`http://127.0.0.1:${port}/`)).status > 0,
    })
    return new WebServer(program, `http://127.0.0.1:${port}/`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}
