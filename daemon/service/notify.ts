import { spawn } from 'node:child_process'

/** What systemd is told of the service (sd_notify(3)). */
export interface Notify {
  /** Up, or up again after a reload. */
  ready(): void
  reloading(): void
  stopping(): void
  /** One line for `systemctl status`. */
  status(line: string): void
}

type Word = 'ready' | 'reloading' | 'stopping'

/** Tells systemd through its own `systemd-notify`, since Node has no datagrams on unix sockets; does nothing where
 * no systemd listens. The unit needs `NotifyAccess=all`. Messages go one after another; of several status lines
 * that wait only the last is told. */
export function notifier(
  env: Readonly<Record<string, string | undefined>>,
  failed: (error: Error) => void = () => {},
  command = 'systemd-notify',
): Notify {
  const listens = (env['NOTIFY_SOCKET'] ?? '') !== ''
  const waiting: string[] = []
  let running = false

  function say(message: string): void {
    if (!listens) return
    if (message.startsWith('--status=')) {
      const older = waiting.findIndex((one) => one.startsWith('--status='))
      if (older >= 0) waiting.splice(older, 1)
    }
    waiting.push(message)
    if (!running) next()
  }

  function next(): void {
    const message = waiting.shift()
    running = message !== undefined
    if (message === undefined) return
    const child = spawn(command, [message], { stdio: 'ignore' })
    let ended = false
    const end = (): void => {
      if (ended) return
      ended = true
      next()
    }
    child.once('error', (error) => {
      failed(error)
      end()
    })
    child.once('exit', end)
  }

  const word = (message: Word): void => say(`--${message}`)
  return {
    ready: () => word('ready'),
    reloading: () => word('reloading'),
    stopping: () => word('stopping'),
    status: (line) => say(`--status=${line.replaceAll(/\s+/g, ' ')}`),
  }
}
