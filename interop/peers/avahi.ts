import { spawn } from 'node:child_process'
import type { Machine } from '../namespaces.ts'

/** Avahi wants a system bus and a place in `/run` of its own: it gets both, and they go with it. */
const script = `set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/dbus /run/avahi-daemon
dbus-daemon --system --fork --nopidfile
avahi-daemon --no-drop-root --no-chroot -D
exec avahi-browse --parsable --resolve "$1"`

/** A service as avahi-browse shows it. */
export interface Seen {
  readonly name: string
  readonly address: string
  readonly port: number
  /** The TXT record as it is printed. */
  readonly facts: string
}

/** avahi-browse on a machine of a simulated network: what somebody else sees of a type, such as `_kith._tcp`. */
export function avahi(machine: Machine, type: string): AsyncDisposable & { seen(): readonly Seen[]; log(): string } {
  const [command = '', ...within] = machine.within
  const child = spawn(
    command,
    [...within, 'unshare', '-m', '-p', '-f', '--kill-child', 'sh', '-c', script, 'sh', type],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  const keep = (data: Buffer): void => void (said += data.toString())
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    log: () => said,
    seen: () =>
      said
        .split('\n')
        .filter((line) => line.startsWith('=;'))
        .map((line) => {
          const [, , , name = '', , , , address = '', port = '', facts = ''] = line.split(';')
          // \032 is a space: what is no letter or digit is written as three decimal digits.
          const plain = name.replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(Number(code)))
          return { name: plain, address, port: Number(port), facts }
        }),
    async [Symbol.asyncDispose]() {
      // unshare passes nothing on, but takes its child with it.
      child.kill('SIGKILL')
      await ended
    },
  }
}
