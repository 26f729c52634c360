import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatMagnet } from '@kith/directconnect/wire/links.ts'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { needs } from '../peers/process.ts'
import { behindRouter } from './behind-router.ts'
import { arrived } from './exchange.ts'
import { sharesOf } from './on-hub.ts'

const bytes = 5 * 1024 * 1024
const hubPort = 26_411

for (const encryption of ['required', 'never'] as const) {
  test(
    `two behind routers that let nobody in fetch from each other, TLS ${encryption}`,
    { timeout: 600_000 },
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

for (const scheme of ['adc', 'dchub'] as const) {
  test(
    `on a hub of ${scheme}, EiskaltDC++ and Kith meet half way behind routers that let nobody in`,
    { timeout: 600_000 },
    async (t) => {
      if (!needs(t, 'nft', 'curl', 'eiskaltdcpp-daemon') || !(await canMakeNetworks(t))) return
      await using at = await scratch()
      await using network = await localNetwork(3)
      const [outside, ...routers] = network.machines
      await using _hub = await Kith.start(
        at.at('hub'),
        [`directconnect.directoryPort=${hubPort}`, 'directconnect.directory=true', 'neighbours.discovery=false'],
        outside!.within,
      )
      await using homes = new AsyncDisposableStack()
      const [ours, theirs] = [at.at('ours'), at.at('theirs')]
      await put(join(ours, 'from kith.bin'), bytesFrom('from kith', bytes))
      await put(join(theirs, 'from eiskalt.bin'), bytesFrom('from eiskalt', bytes))
      const hub = `${scheme}://${outside!.address}:${hubPort}`
      const far = homes.use(await behindRouter(routers[0]!))
      const passive = { IncomingConnections: '3', ExternalIp: '', MinimumSearchInterval: '5' }
      const eiskalt = homes.use(await Eiskalt.start(at.at('eiskalt'), 'eiskalt', passive, far.within))
      await eiskalt.share(theirs, 'theirs')
      await eiskalt.join(hub)
      const home = homes.use(await behindRouter(routers[1]!))
      const settings = [
        `directconnect.hubs=${hub}${scheme === 'dchub' ? '/?charset=utf-8' : ''}`,
        'directconnect.mode=passive',
        'directconnect.nick=Kith',
        'neighbours.discovery=false',
        'connections.port_mapping=false',
      ]
      const kith = homes.use(await Kith.start(at.at('kith'), settings, home.within))
      await kith.client.call('shareFolder', { body: { path: ours } })
      await until(async () => {
        const { state, known } = await kith.client.call('hashing')
        return state === 'idle' && known.files === 1
      })
      await until(
        async () => (await kith.client.call('people', { query: { filter: 'eiskalt' } })).rows[0]?.shared === bytes,
        180_000,
        async () => ({ people: await kith.client.call('people', { query: {} }), log: await kith.log() }),
      )
      if (scheme === 'adc') {
        const [share] = await sharesOf(theirs)
        const { id } = await kith.add(formatMagnet(share!.content)!)
        await kith.complete(id, 180_000)
      } else {
        // On NMDC hubs it answers no question of others who cannot be dialled: its list says what it has.
        const [person] = (await kith.client.call('people', { query: { filter: 'eiskalt' } })).rows
        const view = await kith.client.call('browse', { body: { peer: person!.peer } })
        await until(
          async () => (await kith.client.call('browsed', { params: { id: view.id } })).state === 'done',
          120_000,
          async () => ({ view: await kith.client.call('browsed', { params: { id: view.id } }), log: await kith.log() }),
        )
        const { transfers } = await kith.client.call('getBrowsed', {
          params: { id: view.id },
          body: { paths: ['theirs/from eiskalt.bin'] },
        })
        for (const id of transfers) await kith.complete(id, 180_000)
      }
      assert.deepEqual(await tree(kith.downloads), await tree(theirs))
      // There it does not even try to take from others who cannot be dialled.
      if (scheme === 'dchub') return
      await eiskalt.fetchFolder(hub, 'Kith', 'ours')
      await arrived(eiskalt.downloads, ours)
    },
  )
}
