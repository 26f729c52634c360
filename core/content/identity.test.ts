import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultError } from '../fault/fault.ts'
import { digest } from './digest.ts'
import { Identities } from './identity.ts'

const sha1 = digest(`sha1:${'11'.repeat(20)}`)
const tth = digest(`tth:${'22'.repeat(24)}`)
const ed2k = digest(`ed2k:${'33'.repeat(16)}`)

test('contents join when a digest that we verified says so', () => {
  const known = new Identities()
  known.verified({ digests: [sha1, tth], size: 10 })
  known.verified({ digests: [ed2k], name: 'a' })
  assert.deepEqual(known.find(ed2k)?.digests, [ed2k])
  const joined = known.verified({ digests: [tth, ed2k] })
  assert.deepEqual(new Set(joined.digests), new Set([sha1, tth, ed2k]))
  assert.equal(known.find(sha1)?.name, 'a')
  assert.equal(known.find(ed2k)?.size, 10)
})

test('what a stranger claims is a link with a witness, never a merge', () => {
  const known = new Identities()
  known.verified({ digests: [sha1] })
  known.claimed({ digests: [sha1, tth], witness: 'directconnect/mallory' })
  assert.deepEqual(known.find(sha1)?.digests, [sha1])
  assert.deepEqual(known.find(sha1)?.claimed.get(tth), ['directconnect/mallory'])
  assert.deepEqual(known.find(tth)?.claimed.get(sha1), ['directconnect/mallory'])
  known.verified({ digests: [sha1, tth] })
  assert.equal(known.find(sha1)?.claimed.size, 0, 'proven now')
})

test('what is no digest is refused', () => {
  for (const bad of ['sha1:12', 'nope:00', 'sha1', '', `sha1:${'zz'.repeat(20)}`]) {
    assert.throws(
      () => digest(bad),
      (error) => error instanceof FaultError && error.fault.code === 'content/digest',
      bad,
    )
  }
  assert.equal(digest(`SHA1:${'AB'.repeat(20)}`.replace('SHA1', 'sha1')), `sha1:${'ab'.repeat(20)}`)
})
