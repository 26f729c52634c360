import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { ForeignClient } from './client.ts'
import { until } from './client.ts'
import { freePort, Program } from './process.ts'

/** Debian's rtorrent, without its screen, over XML-RPC in SCGI. A torrent for it has to name a tracker. */
export class Rtorrent implements ForeignClient {
  readonly name = 'rtorrent'
  readonly port: number
  readonly #socket: string
  readonly #program: Program

  private constructor(program: Program, port: number, socket: string) {
    this.#program = program
    this.port = port
    this.#socket = socket
  }

  static async start(folder: string): Promise<Rtorrent> {
    const port = await freePort()
    const socket = join(folder, 'rpc.sock')
    await mkdir(join(folder, 'session'), { recursive: true })
    const settings = [
      'system.daemon.set = true',
      `session.path.set = ${join(folder, 'session')}`,
      `network.port_range.set = ${port}-${port}`,
      'network.port_random.set = no',
      'network.bind_address.set = 127.0.0.1',
      `network.scgi.open_local = ${socket}`,
      'dht.mode.set = disable',
      'protocol.pex.set = no',
      'protocol.encryption.set = allow_incoming',
      'pieces.hash.on_completion.set = no',
    ]
    await writeFile(join(folder, 'rtorrent.rc'), `${settings.join('\n')}\n`)
    const program = await Program.start({
      command: 'rtorrent',
      args: ['-n', '-o', `import=${join(folder, 'rtorrent.rc')}`],
      folder,
      ready: async () => (await call(socket, 'system.client_version', [])).length > 0,
    })
    return new Rtorrent(program, port, socket)
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  async add({ torrent, magnet, folder }: { torrent?: Uint8Array; magnet?: string; folder: string }): Promise<void> {
    const directory = `d.directory.set="${folder}"`
    if (torrent === undefined) await call(this.#socket, 'load.start', ['', magnet!, directory])
    else await call(this.#socket, 'load.raw_start', ['', torrent, directory])
  }

  async progress(): Promise<{ done: boolean; bytes: number }> {
    const [, complete, bytes, hashing] = await this.#newest()
    return { done: complete === '1' && hashing === '0', bytes: Number(bytes ?? 0) }
  }

  async recheck(): Promise<void> {
    const [hash] = await this.#newest()
    await call(this.#socket, 'd.check_hash', [hash!])
    await until(async () => (await this.#newest())[3] !== '0')
  }

  #newest(): Promise<readonly string[]> {
    const fields = ['d.hash=', 'd.complete=', 'd.completed_bytes=', 'd.hashing=']
    return call(this.#socket, 'd.multicall2', ['', 'main', ...fields])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}

/** Calls a method; gives the plain values of the answer in the order in which they stand in it. */
async function call(socket: string, method: string, params: readonly (string | Uint8Array)[]): Promise<string[]> {
  const value = (param: string | Uint8Array): string =>
    typeof param === 'string'
      ? `<string>${param.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</string>`
      : `<base64>${Buffer.from(param).toString('base64')}</base64>`
  const parts = params.map((param) => `<param><value>${value(param)}</value></param>`)
  const body = Buffer.from(
    `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${parts.join('')}</params></methodCall>`,
  )
  const head = `CONTENT_LENGTH\0${body.length}\0SCGI\x001\0`
  const answer = await new Promise<string>((resolve, reject) => {
    let text = ''
    const connection = connect(socket)
    connection.setEncoding('utf8')
    connection.on('error', reject)
    connection.on('data', (data: string) => (text += data))
    connection.on('end', () => resolve(text))
    connection.write(Buffer.concat([Buffer.from(`${head.length}:${head},`), body]))
  })
  const values = [...answer.matchAll(/<value><(?:string|i4|i8|int)>([^<]*)<\//g)].map((match) => match[1]!)
  if (answer.includes('<fault>')) throw new Error(`rtorrent: ${method}: ${values.join(' ')}`)
  return values
}
