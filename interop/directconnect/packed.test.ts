import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kith } from '../kith.ts'
import { put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { arrived } from './exchange.ts'

const count = 20
const mib = 1024 * 1024

/** Tables of numbers, which get a third as long; together some 10 MiB. */
async function tables(folder: string, name: string): Promise<number> {
  let bytes = 0
  for (let index = 0; index < count; index++) {
    const lines = Array.from({ length: 20_000 }, (_, at) => `${name};${index};${at * 7};${(at * at) % 1_009};value\n`)
    const text = Buffer.from(lines.join(''))
    bytes += text.length
    await put(join(folder, `${name} ${index}.csv`), text)
  }
  return bytes
}

test(
  'texts go to EiskaltDC++ packed and come from it packed, and ncdc, which packs none, gives them as they are',
  { timeout: 600_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
    await using at = await scratch()
    await using uhub = await Uhub.start(at.at('uhub'))
    const hub = uhub.address
    const [ours, theirs, ofNcdc] = [at.at('ours'), at.at('eis'), at.at('nc')]
    const bytes = await tables(ours, 'ours')
    await tables(theirs, 'eis')
    await tables(ofNcdc, 'nc')
    await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt', { MinimumSearchInterval: '5' })
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await Promise.all([eiskalt.share(theirs, 'eis'), ncdc.share(ofNcdc, 'nc')])
    await Promise.all([eiskalt.join(hub), ncdc.join(hub)])
    await using kith = await Kith.start(at.at('kith'), [`directconnect.hubs=${hub}`, 'directconnect.nick=kith'])
    await kith.client.call('shareFolder', { body: { path: ours } })
    await until(async () => {
      const { state, known } = await kith.client.call('hashing')
      return state === 'idle' && known.files === count
    })
    const moved = async (): Promise<{ up: number; down: number }> => kith.client.call('status')

    let before = await moved()
    await eiskalt.fetchFolder(hub, 'kith', 'ours')
    await arrived(eiskalt.downloads, ours)
    const { up } = await moved()
    assert.ok(up - before.up < bytes / 2, `${up - before.up} bytes went out for ${bytes}`)

    for (const [nick, folder, from] of [
      ['eiskalt', 'eis', theirs],
      ['ncdc', 'nc', ofNcdc],
    ] as const) {
      let peer = ''
      await until(async () => {
        peer = (await kith.client.call('people', { query: { filter: nick } })).rows[0]?.peer ?? ''
        return peer !== ''
      })
      let view = await kith.client.call('browse', { body: { peer } })
      await until(async () => {
        view = await kith.client.call('browsed', { params: { id: view.id } })
        // Who is busy just now is asked again.
        if (view.state === 'failed') view = await kith.client.call('browse', { body: { peer } })
        return view.state === 'done' && view.files === count
      }, 180_000)
      before = await moved()
      const got = await kith.client.call('getBrowsed', {
        params: { id: view.id },
        body: { paths: [folder], directory: at.at('got') },
      })
      for (const id of got.transfers) await kith.complete(id)
      assert.deepEqual(await tree(at.at('got', folder)), await tree(from))
      const down = (await moved()).down - before.down
      if (nick === 'eiskalt') assert.ok(down < bytes / 2, `${down} bytes came for ${bytes}`)
      else assert.ok(down > 0.9 * bytes && down < bytes + 2 * mib, `${down} bytes came for ${bytes}`)
    }
  },
)
