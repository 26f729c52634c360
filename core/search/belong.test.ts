import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '../content/digest.ts'
import { belonging } from './belong.ts'
import { HitGroups } from './group.ts'

const tth: Digest = `tth:${'22'.repeat(24)}`
const ed2k: Digest = `ed2k:${'33'.repeat(16)}`
const other: Digest = `ed2k:${'44'.repeat(16)}`
const sha1: Digest = `sha1:${'55'.repeat(20)}`

function groupOf(...claims: Digest[][]) {
  const groups = new HitGroups()
  for (const [index, digests] of claims.entries()) {
    const peer = { network: 'gnutella', key: `p${index}`, name: `p${index}` } as const
    groups.add({ content: { digests, size: 1, name: 'a' }, peer })
  }
  return [...groups][0]!
}

test('what everybody agrees on belongs together', () => {
  assert.deepEqual(belonging(groupOf([tth], [tth, ed2k], [tth, sha1])), [tth, ed2k, sha1])
})

test('where people are divided, the majority counts, and a tie counts for nothing', () => {
  assert.deepEqual(belonging(groupOf([tth, ed2k], [tth, other], [tth, ed2k])), [tth, ed2k])
  assert.deepEqual(belonging(groupOf([tth, ed2k], [tth, other])), [tth])
})

test('what was said of other bytes does not come in by the back door', () => {
  // The second shares its eDonkey digest with the first and names another Tiger root.
  const liar: Digest = `tth:${'99'.repeat(24)}`
  assert.deepEqual(belonging(groupOf([tth, ed2k], [tth], [ed2k, liar], [tth])), [tth, ed2k])
})

test('what we computed ourselves is beyond doubt', () => {
  const groups = new HitGroups()
  groups.add({ content: { digests: [tth, other], size: 1 }, peer: { network: 'gnutella', key: 'p', name: 'p' } })
  const group = groups.addOwn({ digests: [tth, ed2k], size: 1, name: 'mine' })
  assert.deepEqual(belonging(group), [tth, ed2k])
  assert.equal(group.own?.name, 'mine')
})
