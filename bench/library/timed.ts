import { spawn } from 'node:child_process'

export interface Timed {
  readonly wallSeconds: number
  /** User and system together, of the process and all that it started. */
  readonly cpuSeconds: number
}

/**
 * Runs a command to its end, behind everything else, as Kith's threads do of themselves: what else the machine does then
 * costs all alike. Its words go nowhere; the shell counts what it cost.
 */
export function timed(command: readonly string[]): Promise<Timed> {
  const script = 'TIMEFORMAT="%R %U %S"; time nice -n 10 "$@" > /dev/null'
  const child = spawn('bash', ['-c', script, 'bash', ...command], { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text += part))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      const [wall, user, system] = text.trimEnd().split('\n').at(-1)!.split(' ').map(Number)
      if (code !== 0 || system === undefined) return reject(new Error(`${command[0]} failed:\n${text}`))
      resolve({ wallSeconds: wall!, cpuSeconds: user! + system })
    })
  })
}
