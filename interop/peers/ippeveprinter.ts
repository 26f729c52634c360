import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'
import { freePort, Program } from './process.ts'

const run = promisify(execFile)

export const printerPort = 8631
/** That a page takes at the least, for programs to see it being printed. */
const pageSeconds = 3

/**
 * It wants Avahi and a system bus, a place in `/run` of its own, and a host name with an address of either kind: it gets
 * them, and they go with it.
 */
const commands = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/avahi-daemon
printf '127.0.0.1 localhost printer.test\\n::1 localhost printer.test\\n' > /run/hosts
mount --bind /run/hosts /etc/hosts
dbus-daemon --system --fork --nopidfile
printf '[server]\\n%s\\n' "$5" > /run/avahi.conf
avahi-daemon --no-drop-root --no-chroot -D -f /run/avahi.conf
exec ippeveprinter -v -n printer.test -p "$1" -d "$2" -k -f application/pdf,image/pwg-raster,image/jpeg,text/plain -c "$4" "$3"`

export interface TestPrinter extends AsyncDisposable {
  /** Where programs of its own machine reach it, and nobody else. */
  readonly uri: string
  /** What was printed on it. */
  printed(): Promise<readonly Uint8Array[]>
  /** Whether what it prints now stays in the printer, as if a page took for ever. */
  hold(on: boolean): Promise<void>
  log(): string
}

/** An IPP Everywhere printer that only programs of its machine reach, though the whole network sees its name. */
export function ippeveprinter(machine: Machine, folder: string, name: string): Promise<TestPrinter> {
  return start({ machine, folder, name, port: printerPort, announces: '' })
}

/** The same on the machine that the test runs on: its name is told to loopback alone. */
export async function printerHere(folder: string, name: string): Promise<TestPrinter> {
  const machine = { within: ['env'] }
  return start({ machine, folder, name, port: await freePort(), announces: 'allow-interfaces=lo' })
}

interface Started {
  readonly machine: Pick<Machine, 'within'>
  readonly folder: string
  readonly name: string
  readonly port: number
  /** A line of the configuration of Avahi. */
  readonly announces: string
}

async function start({ machine, folder, name, port, announces }: Started): Promise<TestPrinter> {
  const spool = join(folder, 'spool')
  await mkdir(spool, { recursive: true })
  // By itself it takes a time for each page that nobody can know before.
  const [works, held] = [join(folder, 'print.sh'), join(folder, 'held')]
  const script = `#!/bin/sh\nsleep ${pageSeconds}\nwhile [ -e '${held}' ]; do sleep 0.1; done\n`
  await writeFile(works, script, { mode: 0o755 })
  const uri = `ipp://localhost:${port}/ipp/print`
  const [command = '', ...within] = machine.within
  const program = await Program.start({
    command,
    args: [
      ...within,
      'unshare',
      '-m',
      '-p',
      '-f',
      '--kill-child',
      'sh',
      '-c',
      commands,
      'sh',
      String(port),
      spool,
      name,
      works,
      announces,
    ],
    folder,
    ready: async () => (await ipptool(machine, uri, 'get-printer-attributes.test')).passed.length > 0,
  })
  return {
    uri,
    log: () => program.log(),
    async printed() {
      const names = await readdir(spool)
      return Promise.all(names.map(async (one) => new Uint8Array(await readFile(join(spool, one)))))
    },
    hold: (on) => (on ? writeFile(held, '') : rm(held, { force: true })),
    async [Symbol.asyncDispose]() {
      // unshare passes nothing on, but takes its child with it.
      program.child.kill('SIGKILL')
      await program[Symbol.asyncDispose]()
    },
  }
}

/** Names of the tests, in the order in which they ran. */
export interface Verdict {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  readonly skipped: readonly string[]
  readonly text: string
}

/** Runs a file of tests of CUPS against a printer. */
export async function ipptool(
  machine: Pick<Machine, 'within'>,
  uri: string,
  tests: string,
  file?: string,
): Promise<Verdict> {
  const [command, ...args] = [
    ...machine.within,
    'ipptool',
    '-t',
    ...(file === undefined ? [] : ['-f', file]),
    uri,
    tests,
  ]
  // It ends with an error where a test has failed.
  const text = await run(command, args, { maxBuffer: 16 * 1024 * 1024 }).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout?: string }) => error.stdout ?? '',
  )
  const named = (verdict: string): string[] =>
    [...text.matchAll(new RegExp(`^ +(.+?) +\\[${verdict}\\]$`, 'gm'))].map(([, name = '']) => name)
  return { passed: named('PASS'), failed: named('FAIL'), skipped: named('SKIP'), text }
}

/** A page with so many bytes of a picture that nobody can guess. */
export async function pdf(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const offsets: number[] = []
  let length = 0
  const add = (text: string | Uint8Array): void => {
    const part = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
    parts.push(part)
    length += part.length
  }
  const object = (text: string, stream?: Uint8Array): void => {
    offsets.push(length)
    add(`${offsets.length} 0 obj\n${text}\n`)
    if (stream !== undefined) {
      add('stream\n')
      add(stream)
      add('\nendstream\n')
    }
    add('endobj\n')
  }
  add('%PDF-1.4\n')
  object('<< /Type /Catalog /Pages 2 0 R >>')
  object('<< /Type /Pages /Kids [3 0 R] /Count 1 >>')
  object(
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>',
  )
  const draw = Buffer.from('500 0 0 500 40 200 cm /I Do')
  object(`<< /Length ${draw.length} >>`, draw)
  const side = Math.floor(Math.sqrt(bytes.length))
  const picture = bytes.subarray(0, side * side)
  object(
    `<< /Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceGray /BitsPerComponent 8 /Length ${picture.length} >>`,
    picture,
  )
  const table = length
  add(`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n`)
  for (const offset of offsets) add(`${String(offset).padStart(10, '0')} 00000 n \n`)
  add(`trailer << /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`)
  const whole = new Uint8Array(Buffer.concat(parts))
  await writeFile(path, whole)
  return whole
}
