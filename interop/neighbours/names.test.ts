import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { device, pair, start, temporary, until } from './people.ts'

const run = promisify(execFile)

/** Announces `_kith._tcp` for each id and name that it is given, in this order. */
const announce = `
import socket, struct, sys
def name(*labels): return b''.join(bytes([len(l)]) + l for l in labels) + b'\\0'
kith = name(b'_kith', b'_tcp', b'local')
def record(n, kind, data): return n + struct.pack('>HHIH', kind, 1, 4500, len(data)) + data
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
for at in range(2, len(sys.argv), 2):
    own = name(b'evil%d' % at, b'_kith', b'_tcp', b'local')
    host = name(b'evil%d' % at, b'local')
    txt = b''.join(bytes([len(t)]) + t for t in (b'id=' + sys.argv[at].encode(), b'name=' + sys.argv[at + 1].encode(), b'v=1'))
    all = [record(kith, 12, own), record(own, 33, struct.pack('>HHH', 0, 0, 9) + host), record(own, 16, txt), record(host, 1, socket.inet_aton(sys.argv[1]))]
    s.sendto(struct.pack('>6H', 0, 0x8400, 0, len(all), 0, 0) + b''.join(all), ('224.0.0.251', 5353))
`

test(
  'a stranger gives no name to a device that is paired, and the device itself does',
  { timeout: 600_000 },
  async (t) => {
    if (!(await canMakeNetworks(t)) || !needs(t, 'python3')) return
    await using folder = await temporary()
    await using lan = await localNetwork(3)
    const [one, other, third] = lan.machines
    await using ann = await start(folder.path, 'ann', one!)
    await using bob = await start(folder.path, 'bob', other!)
    await device(ann, 'bob', ({ near }) => near)
    await pair(ann, 'ann', bob, 'bob')
    const { id } = await device(ann, 'bob', () => true)
    const seen = 'ef'.repeat(32)
    const [command = '', ...within] = third!.within
    // One announcement may be lost, as any datagram.
    await until(async () => {
      await run(command, [...within, 'python3', '-c', announce, third!.address, id, 'mum', seen, 'seen'])
      return (await ann.client.call('devices')).find((each) => each.id === seen)
    }, 'it is heard')
    const named = async (): Promise<string | undefined> =>
      (await ann.client.call('devices')).find((each) => each.id === id)?.name
    assert.equal(await named(), 'bob')
    // Both are asked for once more when a minute has passed.
    await bob.stop()
    await bob.start(['general.device_name=robert'])
    await until(
      async () => ((await named()) === 'robert' ? true : undefined),
      'it says that it is called otherwise now',
      180_000,
    )
  },
)
