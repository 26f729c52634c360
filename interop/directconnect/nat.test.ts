import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatMagnet } from '@kith/directconnect/wire/links.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { canMakeNetworks } from '../namespaces.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { needs } from '../peers/process.ts'
import { arrived } from './exchange.ts'
import { sharesOf } from './on-hub.ts'
import { shareOneFile, sharesSoMuch, twoHomes } from './two-homes.ts'

const bytes = 5 * 1024 * 1024

for (const encryption of ['required', 'never'] as const) {
  test(
    `two behind routers that let nobody in fetch from each other, TLS ${encryption}`,
    { timeout: 600_000 },
    async (t) => {
      if (!needs(t, 'nft') || !(await canMakeNetworks(t))) return
      await using at = await scratch()
      await using homes = await twoHomes(at)
      const folder = at.at('shared')
      await put(join(folder, 'far away.bin'), bytesFrom('far away', bytes))
      const how = [`directconnect.encryption=${encryption}`]
      const giver = await homes.kith(0, 'Giver', homes.hub('adc'), how)
      const taker = await homes.kith(1, 'Taker', homes.hub('adc'), how)
      await shareOneFile(giver, folder)
      await sharesSoMuch(taker, 'Giver', bytes)
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
      await using homes = await twoHomes(at)
      const [ours, theirs] = [at.at('ours'), at.at('theirs')]
      await put(join(ours, 'from kith.bin'), bytesFrom('from kith', bytes))
      await put(join(theirs, 'from eiskalt.bin'), bytesFrom('from eiskalt', bytes))
      const hub = homes.hub(scheme)
      const passive = { IncomingConnections: '3', ExternalIp: '', MinimumSearchInterval: '5' }
      await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt', passive, homes.within[0])
      await eiskalt.share(theirs, 'theirs')
      await eiskalt.join(hub)
      const kith = await homes.kith(1, 'Kith', `${hub}${scheme === 'dchub' ? '/?charset=utf-8' : ''}`)
      await shareOneFile(kith, ours)
      await sharesSoMuch(kith, 'eiskalt', bytes)
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
