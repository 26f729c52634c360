import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'
import { Program } from './process.ts'

const run = promisify(execFile)

/** Its folders are its own, and go with it; the system's, where there is one, sees nothing of it. */
const script = `set -e
for folder in /run /var/spool/cups /var/cache/cups /var/log; do mount -t tmpfs tmpfs $folder; done
mkdir -p /run/cups/certs /var/spool/cups/tmp /var/log/cups
mkdir /run/config
cp /usr/share/cups/cupsd.conf.default /run/config/cupsd.conf
cp /usr/share/cups/cups-files.conf.default /run/config/cups-files.conf 2> /dev/null || cp /etc/cups/cups-files.conf /run/config/
printf 'WebInterface Off\\nBrowsing Off\\nListen %s/cups.sock\\nLogLevel info\\n' "$1" >> /run/config/cupsd.conf
sed -i 's#^Listen /run/cups/cups.sock##' /run/config/cupsd.conf
mount -t tmpfs tmpfs /etc/cups
cp /run/config/* /etc/cups/
chmod 755 /run/cups
exec cupsd -f`

/** CUPS of one machine: programs there print through its queues. */
export interface Cups extends AsyncDisposable {
  /** Makes a queue for a printer that says what it can. */
  queue(name: string, uri: string): Promise<void>
  print(queue: string, path: string, ...options: readonly string[]): Promise<void>
  /** Jobs that are not printed yet. */
  waiting(): Promise<string>
  log(): string
}

export async function cups(machine: Machine, folder: string): Promise<Cups> {
  await mkdir(folder, { recursive: true })
  const socket = `${folder}/cups.sock`
  const [command = '', ...within] = machine.within
  const tool = async (...args: readonly string[]): Promise<string> => {
    const [first = '', ...rest] = [...machine.within, ...args]
    return (await run(first, rest, { env: { ...process.env, CUPS_SERVER: socket }, timeout: 60_000 })).stdout
  }
  const program = await Program.start({
    command,
    args: [...within, 'unshare', '-m', '-p', '-f', '--kill-child', '--mount-proc', 'sh', '-c', script, 'sh', folder],
    folder,
    ready: async () => (await tool('lpstat', '-r')).includes('is running'),
  })
  return {
    log: () => program.log(),
    queue: async (name, uri) => void (await tool('lpadmin', '-p', name, '-E', '-v', uri, '-m', 'everywhere')),
    print: async (queue, path, ...options) => void (await tool('lp', '-d', queue, ...options, path)),
    waiting: () => tool('lpstat', '-o'),
    async [Symbol.asyncDispose]() {
      program.child.kill('SIGKILL')
      await program[Symbol.asyncDispose]()
    },
  }
}
