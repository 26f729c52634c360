import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatMagnet } from '@kith/directconnect/wire/links.ts'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { until } from '../peers/client.ts'
import { needs } from '../peers/process.ts'
import { behindRouter } from './behind-router.ts'
import { sharesOf } from './on-hub.ts'

const bytes = 5 * 1024 * 1024
const hubPort = 26_411

for (const encryption of ['required', 'never'] as const) {
  test(
    `two behind routers that let nobody in fetch from each other, TLS ${encryption}`,
    { timeout: 300_000 },
    async (t) => {
      if (!needs(t, 'nft') || !(await canMakeNetworks(t))) return
      await using at = await scratch()
      await using network = await localNetwork(3)
      const [outside, ...routers] = network.machines
      await using _hub = await Kith.start(
        at.at('hub'),
        [`directconnect.directoryPort=${hubPort}`, 'directconnect.directory=true', 'neighbours.discovery=false'],
        outside!.within,
      )
      await using homes = new AsyncDisposableStack()
      const folder = at.at('shared')
      await put(join(folder, 'far away.bin'), bytesFrom('far away', bytes))
      const start = async (name: string, router: number): Promise<Kith> => {
        const home = homes.use(await behindRouter(routers[router]!))
        const settings = [
          `directconnect.hubs=adc://${outside!.address}:${hubPort}`,
          'directconnect.mode=passive',
          `directconnect.nick=${name}`,
          `directconnect.encryption=${encryption}`,
          'neighbours.discovery=false',
          'connections.port_mapping=false',
        ]
        return homes.use(await Kith.start(at.at(name), settings, home.within))
      }
      const giver = await start('Giver', 0)
      const taker = await start('Taker', 1)
      await giver.client.call('shareFolder', { body: { path: folder } })
      await until(async () => {
        const { state, known } = await giver.client.call('hashing')
        return state === 'idle' && known.files === 1
      })
      // Whoever shares nothing, as far as the hub knows, is asked nothing.
      await until(
        async () => (await taker.client.call('people', { query: { filter: 'Giver' } })).rows[0]?.shared === bytes,
      )
      const [share] = await sharesOf(folder)
      const { id } = await taker.add(formatMagnet(share!.content)!)
      await taker.complete(id)
      assert.deepEqual(await tree(taker.downloads), await tree(folder))
    },
  )
}
