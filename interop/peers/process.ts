import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { ListenOptions, Server } from 'node:net'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Programs of Debian that the tests talk to, with the packages they are in. */
const packages: Readonly<Record<string, string>> = {
  aria2c: 'aria2',
  'transmission-daemon': 'transmission-daemon',
  'transmission-create': 'transmission-cli',
  'qbittorrent-nox': 'qbittorrent-nox',
  '/usr/lib/python3/dist-packages/libtorrent': 'python3-libtorrent',
  opentracker: 'opentracker',
  lighttpd: 'lighttpd',
  'avahi-daemon': 'avahi-daemon',
  'avahi-browse': 'avahi-utils',
  'dbus-daemon': 'dbus-daemon',
  tc: 'iproute2',
  unshare: 'util-linux',
  rtorrent: 'rtorrent',
  bzip2: 'bzip2',
  uhub: 'uhub',
  ncdc: 'ncdc',
  tmux: 'tmux',
  'eiskaltdcpp-daemon': 'eiskaltdcpp-daemon',
  rhash: 'rhash',
  miniupnpd: 'miniupnpd-nftables',
  nft: 'nftables',
  litmus: 'litmus',
  rclone: 'rclone',
  cadaver: 'cadaver',
  'mount.davfs': 'davfs2',
  curl: 'curl',
  '/usr/lib/python3/dist-packages/tusclient/__init__.py': 'python3-tuspy',
  socat: 'socat',
  '/usr/games/openttd': 'openttd',
  ippeveprinter: 'cups-ipp-utils',
  ipptool: 'cups-ipp-utils',
  cupsd: 'cups-daemon',
  lpadmin: 'cups-client',
  '/usr/lib/cups/filter/pdftopdf': 'cups-filters',
}

/** True when all programs are here. Otherwise the test is skipped by name, which in CI counts as failed. */
export function needs(test: TestContext, ...programs: string[]): boolean {
  const missing = programs.filter((program) => programPath(program) === undefined)
  if (missing.length === 0) return true
  test.skip(`needs the Debian packages ${missing.map((program) => packages[program] ?? program).join(', ')}`)
  return false
}

/** Where a program is, or undefined. */
export function programPath(program: string): string | undefined {
  if (program.startsWith('/')) return isThere(program) ? program : undefined
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.map((folder) => join(folder, program)).find(isThere)
}

function isThere(path: string): boolean {
  return existsSync(path) || existsSync(`${path}.cpython-311-x86_64-linux-gnu.so`)
}

/** Below those that Linux gives to whoever dials, so that nobody's connection takes one before it is used. */
const firstPort = 20_000
const ports = 10_000

/**
 * A port that nobody has, for TCP and UDP on all addresses; programs that need one are given it. No other test of this machine is
 * given it as long as this one runs.
 */
export async function freePort(): Promise<number> {
  for (let tries = 100; ; tries--) {
    const port = firstPort + randomInt(ports)
    try {
      // A name of Linux that is gone with this process.
      const name = await listening({ path: `\0kith-test-port-${port}` })
      const there = await listening({ port, host: '0.0.0.0' }).catch((error: unknown) => {
        name.close()
        throw error
      })
      await new Promise((resolve) => there.close(resolve))
      await datagramsAt(port)
      return port
    } catch (error) {
      if (tries === 0) throw error
    }
  }
}

function listening(at: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().unref()
    server.once('error', reject).listen(at, () => resolve(server))
  })
}

function datagramsAt(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.once('error', reject).bind(port, '0.0.0.0', () => socket.close(resolve))
  })
}

export interface ProgramOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Where its log goes. */
  readonly folder: string
  /** True once it answers. */
  ready?(): Promise<boolean>
  readonly environment?: Readonly<Record<string, string>>
  /** Its standard input stays open, to be told things. */
  readonly talks?: boolean
}

/** What starts may take on a machine that does much else. */
const startMs = 90_000
const stopMs = 8_000

/** A program of somebody else, running for a test. */
export class Program implements AsyncDisposable {
  readonly child: ChildProcess
  readonly #log: string

  private constructor(child: ChildProcess, log: string) {
    this.child = child
    this.#log = log
  }

  static async start(options: ProgramOptions): Promise<Program> {
    await mkdir(options.folder, { recursive: true })
    const command = programPath(options.command) ?? options.command
    const child = spawn(command, options.args, {
      cwd: options.folder,
      stdio: [options.talks === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      // File names of torrents are UTF-8; in the C locale some programs mangle them.
      env: { ...process.env, LC_ALL: 'C.UTF-8', HOME: options.folder, ...options.environment },
    })
    const log = join(options.folder, 'program.log')
    const stream = createWriteStream(log, { flags: 'a' })
    if (options.talks !== true) child.stdout!.pipe(stream, { end: false })
    child.stderr!.pipe(stream, { end: false })
    const program = new Program(child, log)
    const end = Date.now() + startMs
    while (options.ready !== undefined && !(await options.ready().catch(() => false))) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > end) {
        const text = program.log()
        await program[Symbol.asyncDispose]()
        throw new Error(`${options.command} did not start:\n${text}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return program
  }

  log(): string {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8') : ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { child } = this
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs)
    await ended
    clearTimeout(timer)
  }
}
