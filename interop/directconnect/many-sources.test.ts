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
import { freePort, needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { OnHub, sharesOf } from './on-hub.ts'

const size = 200 * 1024 * 1024
/** KiB a second: so slow that it is not through before everybody has taken part, however long others take to come. */
const slow = 512

for (const [scheme, where, many] of [
  ['adc', 'a uhub', 'all of them'],
  ['dchub', 'our hub with NMDC', 'a user and the swarm'],
] as const) {
  test(
    `on ${where}, a file of users and a BitTorrent swarm comes from ${many}, and goes on when one leaves`,
    {
      timeout: 900_000,
    },
    async (t) => {
      if (!needs(t, 'uhub', 'eiskaltdcpp-daemon', 'ncdc', 'tmux')) return
      await using at = await scratch()
      const folder = at.at('shared')
      await put(join(folder, 'everywhere.bin'), bytesFrom('everywhere', size))
      await using hubs = new AsyncDisposableStack()
      const port = await freePort()
      const own = [`directconnect.directoryPort=${port}`, 'directconnect.directory=true']
      if (scheme === 'dchub') hubs.use(await Kith.start(at.at('hub'), own))
      const hub = scheme === 'adc' ? hubs.use(await Uhub.start(at.at('uhub'))).address : `${scheme}://127.0.0.1:${port}`
      await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
      await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
      // On NMDC hubs it says a quarter of an hour later that it shares more; who shares nothing is asked nothing.
      await eiskalt.share(folder, 'shared')
      await eiskalt.join(hub)
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

      await using kith = await Kith.start(at.at('kith'), [
        `directconnect.hubs=${hub}${scheme === 'adc' ? '' : '/?charset=utf-8'}`,
      ])
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
      const users = (): readonly string[] => ['eiskalt', 'ncdc'].filter((nick) => from(nick) > 0)
      // On NMDC hubs there is one connection between two users, and these two let others wait for minutes.
      const most = scheme === 'adc' ? 2 : 1
      await until(
        async () => {
          await sample()
          return users().length >= most && from('bittorrent') > 0
        },
        240_000,
        async () => ({ gave: [...gave], log: await kith.log() }),
      )
      if (users()[0] === 'eiskalt') eiskalt.kill()
      else await ncdc[Symbol.asyncDispose]()
      const { had } = await kith.transfer(id)
      assert.ok(had < size, 'it leaves before the end')
      await limit(0)
      await kith.complete(id)
      assert.deepEqual(await tree(kith.downloads), await tree(folder))
    },
  )
}
