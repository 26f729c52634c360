import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import type { Machine } from '../namespaces.ts'

const run = promisify(execFile)

/** What a router at home does: everybody inside leaves under its address, and nobody comes in who was not written to. */
const rules = `
table ip home {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "in0" accept
  }
  chain input {
    type filter hook input priority 0; policy drop;
    iifname "in0" accept
    ct state established,related accept
  }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    oifname "eth0" masquerade
  }
}`

/** A machine at home, behind another one that becomes its router. Gives the beginning of a command that runs in it. */
export async function behindRouter(
  router: Machine,
): Promise<AsyncDisposable & { readonly name: string; readonly within: readonly string[] }> {
  const name = `${router.name}-home`
  const ip = async (...args: readonly string[]): Promise<void> => void (await run('ip', [...args]))
  await ip('netns', 'add', name)
  await using made = new AsyncDisposableStack()
  made.defer(() => ip('netns', 'delete', name))
  await ip('-n', name, 'link', 'set', 'lo', 'up')
  await ip('-n', router.name, 'link', 'add', 'in0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
  for (const [where, device, address] of [
    [router.name, 'in0', '192.168.50.1'],
    [name, 'eth0', '192.168.50.2'],
  ] as const) {
    await ip('-n', where, 'address', 'add', `${address}/24`, 'dev', device)
    await ip('-n', where, 'link', 'set', device, 'up')
  }
  await ip('-n', name, 'route', 'add', 'default', 'via', '192.168.50.1')
  const [command, ...args] = router.within
  await run(command!, [...args, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward'])
  await new Promise<void>((resolve, reject) => {
    const nft = spawn(command!, [...args, 'nft', '-f', '-'], { stdio: ['pipe', 'inherit', 'inherit'] })
    nft.once('error', reject).once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`nft: ${code}`))))
    nft.stdin.end(rules)
  })
  const kept = made.move()
  return { name, within: ['ip', 'netns', 'exec', name], [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() }
}
