import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { programPath } from '@kith/interop/peers/process.ts'

/** Set in a process that has a loopback of its own. */
const mark = 'BENCH_ALONE'

/**
 * Runs this program again, with the same arguments, on a loopback of its own, where nobody else's bytes are counted; then
 * gives its exit code. Undefined when that has been done already, or cannot be done.
 */
export async function againAlone(): Promise<number | undefined> {
  if (process.env[mark] !== undefined) return undefined
  const unshare = programPath('unshare')
  const how = [['--net'], ['--map-root-user', '--net']].find(
    (flags) => unshare !== undefined && spawnSync(unshare, [...flags, 'ip', 'link', 'set', 'lo', 'up']).status === 0,
  )
  if (unshare === undefined || how === undefined) {
    console.log(
      'There is no right to make a network of its own (Debian: util-linux, iproute2): what others send counts too',
    )
    return undefined
  }
  const command = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', process.execPath, ...process.argv.slice(1)]
  const child = spawn(unshare, [...how, ...command], { stdio: 'inherit', env: { ...process.env, [mark]: '1' } })
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)))
}

/** Bytes that came over the loopback so far, with the heads of their packets. */
export function loopbackBytes(): number {
  return Number(/^\s*lo:\s*(\d+)/m.exec(readFileSync('/proc/self/net/dev', 'utf8'))?.[1] ?? Number.NaN)
}
