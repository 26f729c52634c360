import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '../content/digest.ts'
import type { NetworkId } from '../peer/peer.ts'
import { HitGroups } from './group.ts'
import type { Hit } from './hit.ts'

const tth: Digest = `tth:${'22'.repeat(24)}`
const ed2k: Digest = `ed2k:${'33'.repeat(16)}`

function hit(network: NetworkId, key: string, name: string, size: number, digests: Digest[]): Hit {
  return { content: { digests, size, name }, peer: { network, key, name: key } }
}

test('hits of all networks that share a digest are one row', () => {
  const groups = new HitGroups()
  groups.add(hit('directconnect', 'ann', 'film.mkv', 100, [tth]))
  groups.add(hit('edonkey', 'bob', 'Film (1999).mkv', 100, [ed2k]))
  const both = groups.add(hit('gnutella', 'eve', 'film.mkv', 100, [tth, ed2k]))
  assert.equal(both.name, 'film.mkv')
  assert.deepEqual(both.networks, ['directconnect', 'gnutella'])
  assert.equal([...groups].length, 2)
})

test('the same digest with another size is another row: one of them lies', () => {
  const groups = new HitGroups()
  groups.add(hit('directconnect', 'ann', 'film.mkv', 100, [tth]))
  groups.add(hit('directconnect', 'bob', 'film.mkv', 999, [tth]))
  assert.equal([...groups].length, 2)
})

test('without digests, name and size make a row', () => {
  const groups = new HitGroups()
  groups.add(hit('directconnect', 'ann', 'a.txt', 5, []))
  const two = groups.add(hit('directconnect', 'bob', 'a.txt', 5, []))
  groups.add(hit('directconnect', 'cid', 'b.txt', 5, []))
  assert.equal(two.sources, 2)
  assert.equal([...groups].length, 2)
})
