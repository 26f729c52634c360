import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { device, pair, ready, start, temporary, until } from './people.ts'

test(
  'what lies on the shelves of two devices is one row, and is fetched from both',
  { timeout: 300_000 },
  async (t) => {
    if (!(await canMakeNetworks(t))) return
    await using folder = await temporary()
    await using lan = await localNetwork(3)
    const [one, other, third] = lan.machines
    await using ann = await start(folder.path, 'ann', one!)
    await using bob = await start(folder.path, 'bob', other!)
    await using cem = await start(folder.path, 'cem', third!)
    const bytes = randomBytes(8 * 1024 * 1024)
    const path = join(folder.path, 'holiday film.mkv')
    await writeFile(path, bytes)
    for (const [name, kith] of [
      ['bob', bob],
      ['cem', cem],
    ] as const) {
      await device(ann, name, ({ near }) => near)
      await pair(ann, 'ann', kith, name)
      await ready(kith, await kith.client.call('putOnShelf', { body: { path } }))
    }

    const window = await until(async () => {
      const { id } = await ann.client.call('startSearch', { body: { query: 'holiday', medium: 'video', seconds: 10 } })
      const end = await until(async () => {
        const now = await ann.client.call('found', { params: { id }, query: {} })
        return now.search.state === 'done' ? now : undefined
      }, 'the search ends: everybody has answered')
      return end.rows[0]?.people === 2 ? end : undefined
    }, 'both have it')
    const [row] = window.rows
    assert.equal(window.total, 1)
    assert.deepEqual(
      [row!.name, row!.size, row!.networks, row!.own],
      ['holiday film.mkv', bytes.length, ['neighbours'], false],
    )
    const { transfer } = await ann.client.call('getFound', {
      params: { id: window.search.id, row: String(row!.row) },
      body: {},
    })
    const done = await ann.complete(transfer.id)
    assert.ok(bytes.equals(await readFile(done.path!)))

    // The same device, browsed by its name.
    const view = await ann.client.call('browse', { body: { peer: 'cem' } })
    await until(async () => {
      const now = await ann.client.call('browsed', { params: { id: view.id } })
      return now.state === 'done' ? now : undefined
    }, 'the shelf is read')
    const { rows } = await ann.client.call('browsedRows', { params: { id: view.id }, query: {} })
    assert.deepEqual(
      rows.map(({ name, transfer: id }) => [name, id]),
      [['holiday film.mkv', transfer.id]],
    )
  },
)
