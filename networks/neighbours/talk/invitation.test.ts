import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { knocked, type Opened, proofOf } from './invitation.ts'

const [host, guest, other] = [1, 2, 3].map((value) => new Uint8Array(32).fill(value)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]
const secret = new Uint8Array(16).fill(7)
const open = (more: Partial<Opened> = {}): Opened => ({
  id: 'a',
  secret,
  until: 1_000,
  lasting: true,
  places: [],
  usedBy: undefined,
  ...more,
})
const proof = proofOf(secret, host, guest)

describe('an invitation', () => {
  it('lets in whoever has the secret, and nobody else from then on', () => {
    const first = knocked([open()], { proof, host, guest }, 0)
    assert.equal(first?.again, false)
    assert.equal(first.by.usedBy, guest.toHex())
    // A yes that was lost is said again to the same device.
    assert.equal(knocked(first.all, { proof, host, guest }, 0)?.again, true)
    const late = { proof: proofOf(secret, host, other), host, guest: other }
    assert.equal(knocked(first.all, late, 0), undefined)
  })

  it('is useless to whoever overheard the proof, at another host, and after its time', () => {
    assert.equal(knocked([open()], { proof, host, guest: other }, 0), undefined)
    assert.equal(knocked([open()], { proof, host: other, guest }, 0), undefined)
    assert.equal(knocked([open()], { proof, host, guest }, 1_000), undefined)
    assert.equal(knocked([], { proof, host, guest }, 0), undefined)
  })

  it('is not opened by anything else', () => {
    const all = [open(), open({ id: 'b', secret: new Uint8Array(16).fill(8) })]
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (guess) => {
        assert.equal(knocked(all, { proof: guess, host, guest }, 0), undefined)
      }),
    )
  })
})
