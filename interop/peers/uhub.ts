import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, Program } from './process.ts'

/** Debian's uhub, an ADC hub, on loopback. */
export class Uhub implements AsyncDisposable {
  readonly port: number
  readonly address: string
  readonly #program: Program

  private constructor(program: Program, port: number, tls: boolean) {
    this.#program = program
    this.port = port
    this.address = `${tls ? 'adcs' : 'adc'}://127.0.0.1:${port}`
  }

  static async start(
    folder: string,
    options: {
      readonly tls?: boolean
      readonly users?: Readonly<Record<string, string>>
      readonly settings?: Readonly<Record<string, string | number>>
    } = {},
  ): Promise<Uhub> {
    const { tls = false, users = {}, settings = {} } = options
    const port = await freePort()
    await mkdir(folder, { recursive: true })
    const lines = [
      `server_port=${port}`,
      'server_bind_addr=127.0.0.1',
      'hub_name=Test hub',
      'hub_description=On loopback',
      'show_banner=0',
      `file_plugins=${join(folder, 'plugins.conf')}`,
    ]
    for (const [name, value] of Object.entries(settings)) lines.push(`${name}=${value}`)
    const plugins: string[] = []
    if (tls) {
      await certificate(folder)
      lines.push('tls_enable=1', 'tls_require=1', `tls_certificate=${join(folder, 'cert.pem')}`)
      lines.push(`tls_private_key=${join(folder, 'key.pem')}`)
    }
    if (Object.keys(users).length > 0) {
      const file = join(folder, 'users.db')
      await promisify(execFile)('uhub-passwd', [file, 'create'])
      for (const [nick, password] of Object.entries(users))
        await promisify(execFile)('uhub-passwd', [file, 'add', nick, password, 'user'])
      plugins.push(`plugin /usr/lib/uhub/mod_auth_sqlite.so "file=${file}"`)
    }
    await writeFile(join(folder, 'uhub.conf'), `${lines.join('\n')}\n`)
    await writeFile(join(folder, 'plugins.conf'), `${plugins.join('\n')}\n`)
    const program = await Program.start({
      command: 'uhub',
      args: ['-v', '-c', join(folder, 'uhub.conf')],
      folder,
      ready: () => answers(port),
    })
    return new Uhub(program, port, tls)
  }

  get pid(): number {
    return this.#program.child.pid!
  }

  log(): string {
    return this.#program.log()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}

async function certificate(folder: string): Promise<void> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const how = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=hub']
  await promisify(execFile)('openssl', [...how, '-keyout', key, '-out', cert])
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
