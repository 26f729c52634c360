import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestBy } from '@kith/core/content/content.ts'
import { parseMagnet } from '@kith/wire/magnet.ts'
import { urnsOf } from '@kith/wire/urn.ts'
import { Kith } from '../kith.ts'
import type { Scratch } from '../material.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { freePort, needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { sharesOf } from './on-hub.ts'

const size = 128 * 1024 * 1024
/** KiB a second: so slow that it is not through before everybody has taken part. */
const slow = 512

interface Hubs extends AsyncDisposable {
  at(scheme: 'adc' | 'dchub'): string
}

async function ourHub(at: Scratch): Promise<Hubs> {
  const port = await freePort()
  const kith = await Kith.start(at.at('hub'), [`directconnect.directoryPort=${port}`, 'directconnect.directory=true'])
  return { at: (scheme) => `${scheme}://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => kith.stop() }
}

async function uhub(at: Scratch): Promise<Hubs> {
  const hub = await Uhub.start(at.at('uhub'))
  return { at: () => hub.address, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() }
}

for (const { on, of, ncdcSpeaks, eiskaltSpeaks, leaves } of [
  { on: 'a uhub', of: uhub, ncdcSpeaks: 'adc', eiskaltSpeaks: 'adc', leaves: 'eiskalt' },
  { on: 'our hub with ADC', of: ourHub, ncdcSpeaks: 'adc', eiskaltSpeaks: 'adc', leaves: 'ncdc' },
  { on: 'our hub with NMDC', of: ourHub, ncdcSpeaks: 'dchub', eiskaltSpeaks: 'dchub', leaves: 'eiskalt' },
  { on: 'our hub with both', of: ourHub, ncdcSpeaks: 'dchub', eiskaltSpeaks: 'adc', leaves: 'ncdc' },
  { on: 'our hub with both', of: ourHub, ncdcSpeaks: 'adc', eiskaltSpeaks: 'dchub', leaves: 'eiskalt' },
] as const) {
  test(
    `on ${on}, a file of ncdc with ${ncdcSpeaks}, EiskaltDC++ with ${eiskaltSpeaks} and a BitTorrent swarm comes from all of them, and goes on when ${leaves} leaves`,
    { timeout: 600_000 },
    async (t) => {
      if (!needs(t, 'uhub', 'eiskaltdcpp-daemon', 'ncdc', 'tmux')) return
      await using at = await scratch()
      const folder = at.at('shared')
      await put(join(folder, 'everywhere.bin'), bytesFrom('everywhere', size))
      await using hubs = await of(at)
      await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
      await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
      await using seed = await Kith.start(at.at('seed'))
      // On NMDC hubs EiskaltDC++ says a quarter of an hour later that it shares more; who shares nothing is asked nothing.
      const [both] = await Promise.all([
        magnetOf(seed, folder),
        eiskalt.share(folder, 'shared').then(() => eiskalt.join(hubs.at(eiskaltSpeaks))),
        ncdc.share(folder, 'shared').then(() => ncdc.join(hubs.at(ncdcSpeaks))),
      ])

      // On loopback it would all be here within a second: before the others have come.
      const rooms = [...new Set([ncdcSpeaks, eiskaltSpeaks])].map((one) => hubs.at(one).replace('//', `//kith-${one}@`))
      await using kith = await Kith.start(at.at('kith'), [
        `directconnect.hubs=${rooms.join(',')}`,
        'speed.limit_local=true',
      ])
      const limit = (value: number): Promise<unknown> =>
        kith.client.call('setSetting', { params: { id: 'speed.down' }, body: { value } })
      await limit(slow)
      const { id } = await kith.add(both)
      const gave = new Map<string, number>()
      const from = (name: string): number => [...gave].find(([key]) => key.includes(name))?.[1] ?? 0
      await until(
        async () => {
          const sources = await kith.client.call('sources', { params: { id } })
          for (const { network, name, received } of sources) gave.set(`${network} ${name}`, received)
          return from('eiskalt') > 0 && from('ncdc') > 0 && from('bittorrent') > 0
        },
        240_000,
        async () => ({ gave: [...gave], log: await kith.log(), ncdc: await ncdc.log() }),
      )
      if (leaves === 'eiskalt') eiskalt.kill()
      else process.kill(await ncdc.pid(), 'SIGKILL')
      const { had } = await kith.transfer(id)
      assert.ok(had < size, 'it leaves before the end')
      await limit(0)
      await kith.complete(id)
      assert.deepEqual(await tree(kith.downloads), await tree(folder))
    },
  )
}

/** A link that names the file for hubs and for the swarm of its only seed. */
async function magnetOf(seed: Kith, folder: string): Promise<string> {
  const { link } = await seed.publish(join(folder, 'everywhere.bin'))
  const [btih] = urnsOf([digestBy(parseMagnet(link), 'btih')!])
  const [share] = await sharesOf(folder)
  const [tth] = urnsOf([digestBy(share!.content, 'tth')!])
  return `magnet:?xt=${btih}&xt=${tth}&xl=${size}&dn=everywhere.bin&x.pe=127.0.0.1:${await seed.port()}`
}
