import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { OutsideView } from '@kith/api/status.ts'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { outsideAddress, router, startRouter } from '../peers/router.ts'
import { device, start, temporary, until } from './people.ts'

async function outside(kith: Kith, state: OutsideView['state']): Promise<OutsideView> {
  return until(async () => {
    const is = (await kith.client.call('status')).outside
    return is.state === state ? is : undefined
  }, `outside is ${state}`).catch(async (error: unknown) => {
    const { outside: is } = await kith.client.call('status')
    throw new Error(`${JSON.stringify(is)}\n${await kith.log()}`, { cause: error })
  })
}

for (const by of ['PCP', 'NAT-PMP', 'UPnP'] as const) {
  test(
    `the router opens our port by ${by}, and a stranger comes in by an invitation`,
    { timeout: 300_000 },
    async (t) => {
      if (!(await canMakeNetworks(t)) || !needs(t, router, 'nft')) return
      await using folder = await temporary()
      await using lan = await localNetwork(3)
      const [gate, home, away] = lan.machines
      const speaks = { upnp: by === 'UPnP', natpmp: by !== 'UPnP', pcp: by === 'PCP' }
      await using box = await startRouter(gate!, [home!], away!, join(folder.path, 'router'), speaks)
      await using ann = await start(folder.path, 'ann', home!)
      await using bob = await start(folder.path, 'bob', away!)
      const port = await ann.port()

      const mapped = await outside(ann, 'mapped').catch((error: unknown) => {
        throw new Error(box.log(), { cause: error })
      })
      assert.deepEqual([mapped.address, mapped.by], [`${outsideAddress}:${port}`, by])
      const checks = await ann.client.call('doctor')
      assert.match(checks.find(({ name }) => name === 'outside')!.message, /12\.1\.1\.1/)
      // One for TCP and one for UDP.
      const doors = (await box.doors()).match(new RegExp(`dport ${port} dnat ip to ${home!.address}:${port}`, 'g'))
      assert.equal(doors?.length, 2, box.log())

      const { link } = await ann.client.call('invite', { body: {} })
      assert.ok(link.includes(`a=${outsideAddress}:${port}&`), link)
      await bob.client.call('openInvitation', { body: { link } })
      await device(ann, 'bob', ({ standing }) => standing === 'paired')

      // Nobody outside opens a door for bob.
      assert.match((await outside(bob, 'not')).message!, /No router/)
      const setting = { params: { id: 'connections.portMapping' }, body: { value: false } }
      await ann.client.call('setSetting', setting)
      await outside(ann, 'off')
      const closed = async (): Promise<true | undefined> => !(await box.doors()).includes(String(port)) || undefined
      await until(closed, 'the doors are closed again')
    },
  )
}
