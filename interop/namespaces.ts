import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { TestContext } from 'node:test'

const run = promisify(execFile)

/** One machine of a simulated local network: a network namespace of Linux. */
export interface Machine {
  readonly name: string
  readonly address: string
  /** The beginning of a command that runs in it. */
  readonly within: readonly string[]
  /** Pulls the cable, or puts it back. */
  cable(plugged: boolean): Promise<void>
}

/** True when this process may make namespaces. Otherwise the test is skipped by name, which in CI counts as failed. */
export async function canMakeNetworks(test: TestContext): Promise<boolean> {
  const name = `kith-${randomBytes(4).toString('hex')}`
  try {
    await run('ip', ['netns', 'add', name])
    await run('ip', ['netns', 'delete', name])
    return true
  } catch {
    test.skip('needs the right to make network namespaces (root) and the Debian package iproute2')
    return false
  }
}

/**
 * Machines on one switch, in networks of their own: nothing leaves to the network of this machine. Disposing takes all
 * of it away; programs that still run in it have to be ended before.
 */
export async function localNetwork(
  count: number,
): Promise<AsyncDisposable & { readonly machines: readonly Machine[] }> {
  const prefix = `kith-${randomBytes(3).toString('hex')}`
  const centre = `${prefix}-switch`
  const made: string[] = []
  const ip = async (...args: readonly string[]): Promise<void> => void (await run('ip', [...args]))
  const remove = async (): Promise<void> => {
    for (const name of made.toReversed()) await ip('netns', 'delete', name)
  }
  const add = async (name: string): Promise<void> => {
    await ip('netns', 'add', name)
    made.push(name)
    await ip('-n', name, 'link', 'set', 'lo', 'up')
  }
  try {
    await add(centre)
    await ip('-n', centre, 'link', 'add', 'bridge', 'type', 'bridge', 'mcast_snooping', '0')
    await ip('-n', centre, 'link', 'set', 'bridge', 'up')
    const machines: Machine[] = []
    for (let index = 1; index <= count; index++) {
      const name = `${prefix}-${index}`
      const address = `10.71.0.${index}`
      const port = `port${index}`
      await add(name)
      await ip('-n', name, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', port, 'netns', centre)
      await ip('-n', centre, 'link', 'set', port, 'master', 'bridge', 'up')
      await ip('-n', name, 'address', 'add', `${address}/24`, 'broadcast', '10.71.0.255', 'dev', 'eth0')
      await ip('-n', name, 'link', 'set', 'eth0', 'up')
      await ip('-n', name, 'route', 'add', '224.0.0.0/4', 'dev', 'eth0')
      machines.push({
        name,
        address,
        within: ['ip', 'netns', 'exec', name],
        cable: (plugged) => ip('-n', centre, 'link', 'set', port, plugged ? 'up' : 'down'),
      })
    }
    return { machines, [Symbol.asyncDispose]: remove }
  } catch (error) {
    await remove()
    throw error
  }
}
