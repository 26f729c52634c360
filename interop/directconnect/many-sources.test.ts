import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestBy } from '@kith/core/content/content.ts'
import { parseMagnet } from '@kith/wire/magnet.ts'
import { urnsOf } from '@kith/wire/urn.ts'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { OnHub, sharesOf } from './on-hub.ts'

const size = 200 * 1024 * 1024
/** KiB a second: so slow that it is not through before everybody has taken part, however long others take to come. */
const slow = 512

test(
  'a file of two hub users and a BitTorrent swarm comes from all of them, and goes on when one leaves',
  {
    timeout: 900_000,
  },
  async (t) => {
    if (!needs(t, 'uhub', 'eiskaltdcpp-daemon', 'ncdc', 'tmux')) return
    await using at = await scratch()
    const folder = at.at('shared')
    await put(join(folder, 'everywhere.bin'), bytesFrom('everywhere', size))
    await using uhub = await Uhub.start(at.at('uhub'))
    const hub = uhub.address
    await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await eiskalt.join(hub)
    await eiskalt.share(folder, 'shared')
    await ncdc.share(folder, 'shared')
    await ncdc.join(hub)
    await using on = await OnHub.start(hub, [])
    for (const nick of ['eiskalt', 'ncdc']) await on.find({ words: ['everywhere'] }, ({ peer }) => peer.name === nick)

    await using seed = await Kith.start(at.at('seed'))
    const { link } = await seed.publish(join(folder, 'everywhere.bin'))
    const [share] = await sharesOf(folder)
    const torrent = parseMagnet(link)
    const [btih] = urnsOf([digestBy(torrent, 'btih')!])
    const both = `magnet:?xt=${btih}&xt=${urnsOf([digestBy(share!.content, 'tth')!])[0]}&xl=${size}&dn=everywhere.bin&x.pe=127.0.0.1:${await seed.port()}`

    await using kith = await Kith.start(at.at('kith'), [`directconnect.hubs=${hub}`])
    const limit = (value: number): Promise<unknown> =>
      kith.client.call('setSetting', { params: { id: 'speed.down' }, body: { value } })
    await limit(slow)
    const { id } = await kith.add(both)
    const gave = new Map<string, number>()
    const sample = async (): Promise<void> => {
      const sources = await kith.client.call('sources', { params: { id } })
      for (const { network, name, received } of sources) gave.set(`${network} ${name}`, received)
    }
    const from = (name: string): number => [...gave].find(([key]) => key.includes(name))?.[1] ?? 0
    await until(
      async () => {
        await sample()
        return from('eiskalt') > 0 && from('ncdc') > 0 && from('bittorrent') > 0
      },
      240_000,
      async () => ({ gave: [...gave], log: await kith.log() }),
    )
    eiskalt.kill()
    const { had } = await kith.transfer(id)
    assert.ok(had < size, 'it leaves before the end')
    await limit(0)
    await kith.complete(id)
    assert.deepEqual(await tree(kith.downloads), await tree(folder))
  },
)
