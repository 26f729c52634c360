import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestContext } from 'node:test'
import type { Machine } from '../namespaces.ts'
import { isFetched } from './fetched.ts'
import { Program } from './process.ts'

const run = promisify(execFile)
export const localSendPort = 53_317

const fetched = join(import.meta.dirname, '..', 'localsend')
/** The command of the package `localsend`, an implementation of the protocol that has nothing of ours. */
const tool = join(fetched, 'node_modules', 'localsend', 'dist', 'cli.js')

/** True when the package is there, which the first call fetches; otherwise the test is skipped by name. */
export function hasLocalSend(test: TestContext): boolean {
  if (isFetched(fetched, 'localsend')) return true
  test.skip('needs the npm package localsend, which could not be fetched')
  return false
}

/** A device that takes all that it is sent, by plain HTTP. */
export async function localSendReceiver(machine: Machine, folder: string, alias: string): Promise<Program> {
  const [command = '', ...within] = machine.within
  await mkdir(folder, { recursive: true })
  const args = [process.execPath, tool, 'receive', '--autoAccept', '--alias', alias, '--saveDir', join(folder, 'saved')]
  return Program.start({
    command,
    args: [...within, ...args],
    folder,
    ready: async () => (await readFile(join(folder, 'program.log'), 'utf8')).includes('Receiver is running'),
  })
}

export interface Ran {
  readonly code: number
  readonly text: string
}

/**
 * The tool hands `fetch` a dispatcher of its own for certificates that nobody signed, which the `fetch` of this Node does
 * not get on with: it is left out, and the environment lets such certificates through.
 */
const ownFetch = 'data:text/javascript,const f=fetch;globalThis.fetch=(u,{dispatcher,...i}={})=>f(u,i)'

/** Sends a file, or looks who is there. */
export async function localSend(machine: Machine, ...args: readonly string[]): Promise<Ran> {
  const [command = '', ...within] = machine.within
  const node = ['env', 'NODE_TLS_REJECT_UNAUTHORIZED=0', process.execPath, '--import', ownFetch]
  return ran(command, [...within, ...node, tool, ...args])
}

export async function ran(command: string, args: readonly string[]): Promise<Ran> {
  try {
    const { stdout, stderr } = await run(command, [...args], { timeout: 180_000, maxBuffer: 16 * 1024 * 1024 })
    return { code: 0, text: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string }
    return { code: code ?? -1, text: `${stdout}${stderr}` }
  }
}

/** What the strict receiver saw, one after another. */
export interface Saw {
  readonly what: string
  readonly body?: string
  readonly sha256?: string
  readonly query?: Readonly<Record<string, string>>
}

export interface StrictReceiver extends AsyncDisposable {
  saw(): Promise<readonly Saw[]>
  /** `accept`, `decline`, `busy`, `slow`, or `pin 123456`. */
  mode(mode: string): Promise<void>
}

/**
 * A receiver inside TLS that does what the specification says, on Python's HTTP and TLS: it writes down what it got, asks
 * for a PIN, and refuses as it is told. `as` claims the certificate of another one.
 */
export async function strictReceiver(
  machine: Machine,
  folder: string,
  alias: string,
  as?: string,
): Promise<StrictReceiver> {
  await mkdir(folder, { recursive: true })
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-nodes', '-subj', '/CN=LocalSend', '-days', '30']
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', certificate, ...subject])
  await writeFile(join(folder, 'mode'), 'accept')
  const [command = '', ...within] = machine.within
  const script = join(import.meta.dirname, 'localsend.py')
  const program = await Program.start({
    command,
    args: [...within, 'python3', script, folder, machine.address, alias, as ?? ''],
    folder,
    ready: async () => existsSync(join(folder, 'fingerprint')),
  })
  return {
    async saw() {
      const text = await readFile(join(folder, 'saw'), 'utf8').catch(() => '')
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Saw)
    },
    mode: (mode) => writeFile(join(folder, 'mode'), mode),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}
