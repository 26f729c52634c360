import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fromHex } from './bytes.ts'
import { attempt } from './fault.ts'
import { askAddress, askMapping, parseNatPmp } from './nat-pmp.ts'

const bytes = (text: string): Uint8Array => fromHex(text.replaceAll(' ', ''))!

describe('NAT-PMP', () => {
  it('asks as RFC 6886 3.2 and 3.3 say', () => {
    assert.equal(askAddress().toHex(), '0000')
    assert.equal(askMapping('tcp', 0x1234, 0x5678, 7200).toHex(), '000200001234567800001c20')
    assert.equal(askMapping('udp', 1, 0, 0).toHex(), '000100000001000000000000')
  })

  it('reads addresses, mappings and refusals', () => {
    assert.deepEqual(parseNatPmp(bytes('00 80 0000 00000001 0c010101')), { kind: 'address', host: '12.1.1.1' })
    assert.deepEqual(parseNatPmp(bytes('00 82 0000 00000001 1234 5678 00001c20')), {
      kind: 'tcp',
      internal: 0x1234,
      external: 0x5678,
      lifetime: 7200,
    })
    assert.deepEqual(parseNatPmp(bytes('00 81 0002 00000001')), {
      kind: 'refused',
      what: 'udp',
      reason: 'it does not allow that',
    })
  })

  it('refuses everything else', () => {
    for (const text of ['', '00', '01 80 0000 00000001 0c010101', '00 02 0000 00000001', '00 82 0000 00000001 1234']) {
      const read = attempt(() => parseNatPmp(bytes(text)))
      assert.equal(read.ok ? 'read' : read.fault.code, 'wire/nat-pmp', text)
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (input) => {
        const read = attempt(() => parseNatPmp(input))
        assert.ok(read.ok || read.fault.code === 'wire/nat-pmp')
      }),
    )
  })
})
