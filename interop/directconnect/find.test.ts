import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { FoundRow, FoundWindow } from '@kith/api/find.ts'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'

/** Asks until a row passes: programs that were just started answer a little later. */
async function found(kith: Kith, query: string, test: (row: FoundRow) => boolean): Promise<[FoundRow, FoundWindow]> {
  for (const end = Date.now() + 180_000; Date.now() < end;) {
    const { id } = await kith.client.call('startSearch', { body: { query, seconds: 8 } })
    for (const until = Date.now() + 30_000; Date.now() < until;) {
      const window = await kith.client.call('found', { params: { id }, query: {} })
      const row = window.rows.find(test)
      if (row !== undefined) return [row, window]
      if (window.search.state === 'done') break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await kith.client.call('removeSearch', { params: { id } })
  }
  throw new Error(`Nothing was found:\n${await kith.log()}`)
}

test(
  'what ncdc, EiskaltDC++ and our own library share is found by one search, and a row is fetched from both',
  { timeout: 600_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
    await using at = await scratch()
    const both = bytesFrom('both', 24 * 1024 * 1024)
    await put(at.at('nc', 'in', 'common thing.bin'), both)
    await put(at.at('nc', 'common mine.bin'), bytesFrom('mine', 70_000))
    await put(at.at('eis', 'other name of the common thing.bin'), both)
    await put(at.at('own', 'common mine too.bin'), bytesFrom('mine', 70_000))
    await using uhub = await Uhub.start(at.at('uhub'))
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
    await eiskalt.join(uhub.address)
    await eiskalt.share(at.at('eis'), 'eis')
    await ncdc.share(at.at('nc'), 'nc')
    await ncdc.join(uhub.address)
    await using kith = await Kith.start(at.at('kith'), [
      `directconnect.hubs=${uhub.address}`,
      'directconnect.nick=kith',
      'speed.limitLocal=true',
    ])
    await kith.client.call('shareFolder', { body: { path: at.at('own') } })
    await until(async () => (await kith.client.call('hashing')).known.files === 1)

    const [row, window] = await found(kith, 'common thing', ({ people }) => people === 2)
    assert.equal(row.size, both.length)
    assert.deepEqual(row.networks, ['directconnect'])
    const asked = new Map(window.search.networks.map((one) => [one.id, one]))
    assert.equal(asked.get('bittorrent')!.state, 'cannot')
    assert.deepEqual(asked.get('directconnect')!.comparedHere, [])
    assert.deepEqual(asked.get('neighbours')!.comparedHere, [])

    // What we have too is one row with what they have, and is not fetched again.
    const [mine, { search }] = await found(kith, 'common mine', ({ people, own }) => people === 1 && own)
    assert.deepEqual(mine.networks, ['library', 'directconnect'])
    await assert.rejects(
      kith.client.call('getFound', { params: { id: search.id, row: String(mine.row) }, body: {} }),
      /in your library already/,
    )

    // Slow, until both have given something: who was refused a connection comes again a minute later.
    await kith.client.call('setSpeed', { body: { down: 96 * 1024 } })
    const [again, { search: last }] = await found(kith, 'common thing', ({ people }) => people === 2)
    const people = await kith.client.call('holders', { params: { id: last.id, row: String(again.row) } })
    assert.deepEqual(people.map(({ name }) => name).sort(), ['eiskalt', 'ncdc'])
    const { transfer } = await kith.client.call('getFound', {
      params: { id: 'last', row: String(again.row) },
      body: { directory: at.at('got') },
    })
    const gave = new Map<string, number>()
    await until(async () => {
      const sources = await kith.client.call('sources', { params: { id: transfer.id } })
      for (const { name, received } of sources) gave.set(name, received)
      return (gave.get('ncdc') ?? 0) > 0 && (gave.get('eiskalt') ?? 0) > 0
    }, 200_000)
    await kith.client.call('setSpeed', { body: { down: null } })
    await kith.complete(transfer.id)
    const [only] = Object.values(await tree(at.at('got')))
    assert.equal(only, Object.values(await tree(join(at.path, 'eis')))[0])
  },
)
