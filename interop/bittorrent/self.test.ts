import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kith } from '../kith.ts'
import { scratch } from '../material.ts'

test('Kith that is told of its own address finds out, and tells nobody of it', async () => {
  await using folder = await scratch()
  await using kith = await Kith.start(folder.at('kith'))
  const own = `127.0.0.1:${await kith.port()}`
  const { id } = await kith.add(`magnet:?xt=urn:btih:${'5'.repeat(40)}&x.pe=${own}`)
  const { links, peers } = await kith.until(id, (transfer) => !transfer.links.some((link) => link.includes('x.pe')))
  assert.equal(links.length, 1)
  assert.equal(peers, 0)
})
