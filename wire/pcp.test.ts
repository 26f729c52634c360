import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fromHex } from './bytes.ts'
import { attempt } from './fault.ts'
import { addressText } from './ip-address.ts'
import { askMap, hasKept, NONCE_BYTES, parseNews, parsePcp, type PcpMapping } from './pcp.ts'

const bytes = (text: string): Uint8Array => fromHex(text.replaceAll(/\s/g, ''))!

/** As a router would answer: the same layout, with the mark of an answer, a result and an epoch (RFC 6887 7.2). */
function answer(question: Uint8Array, result: number, lifetime: number, epoch: number): Uint8Array {
  const copy = question.slice()
  const view = new DataView(copy.buffer)
  copy[1] = copy[1]! | 128
  view.setUint8(3, result)
  view.setUint32(4, lifetime)
  view.setUint32(8, epoch)
  copy.fill(0, 12, 24)
  return copy
}

const mapping = fc.record(
  {
    nonce: fc.uint8Array({ minLength: NONCE_BYTES, maxLength: NONCE_BYTES }),
    protocol: fc.constantFrom('tcp', 'udp'),
    internal: fc.nat(65_535),
    external: fc.nat(65_535),
    host: fc
      .oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
      .map(addressText),
    lifetime: fc.nat(0xffff_ffff),
  },
  { noNullPrototype: true },
) satisfies fc.Arbitrary<PcpMapping>

describe('PCP', () => {
  it('asks as RFC 6887 7.1 and 11.1 say', () => {
    const question = askMap('10.0.0.7', {
      nonce: bytes('0102030405060708090a0b0c'),
      protocol: 'tcp',
      internal: 0x1234,
      external: 0x5678,
      host: '0.0.0.0',
      lifetime: 7200,
    })
    assert.deepEqual(
      question,
      bytes(`02 01 0000 00001c20 00000000000000000000ffff0a000007
             0102030405060708090a0b0c 06 000000 1234 5678 00000000000000000000ffff00000000`),
    )
  })

  it('reads what was given, of either family', () => {
    fc.assert(
      fc.property(mapping, fc.nat(0xffff_ffff), (given, epoch) => {
        const read = parsePcp(answer(askMap('2001:db8::1', given), 0, given.lifetime, epoch))
        assert.deepEqual(read, { kind: 'map', ...given, epoch })
      }),
    )
  })

  it('reads refusals, versions and news', () => {
    const asked = askMap('10.0.0.7', {
      nonce: new Uint8Array(NONCE_BYTES).fill(7),
      protocol: 'udp',
      internal: 9,
      external: 9,
      host: '::',
      lifetime: 60,
    })
    const of = { nonce: new Uint8Array(NONCE_BYTES).fill(7), protocol: 'udp', internal: 9 }
    assert.deepEqual(parsePcp(answer(asked, 12, 30, 5)), {
      kind: 'refused',
      reason: 'another router is in between',
      code: 12,
      lifetime: 30,
      epoch: 5,
      of,
    })
    const short = parsePcp(answer(asked.subarray(0, 24), 200, 30, 5))
    assert.ok(short.kind === 'refused' && short.of === undefined)
    assert.equal(short.reason, 'it gives the code 200')
    assert.deepEqual(parsePcp(answer(asked, 1, 0, 5)), { kind: 'version', highest: 2 })
    assert.deepEqual(parsePcp(bytes('00 81 0001 00000007')), { kind: 'version', highest: 0 }, 'NAT-PMP (RFC 6886 3.5)')
    assert.deepEqual(parsePcp(bytes('01 81 0001 00000000')), { kind: 'version', highest: 1 })
    const restarted = bytes(`02 80 0000 00000000 00000003 ${'00'.repeat(12)}`)
    assert.deepEqual(parsePcp(restarted), { kind: 'announce', epoch: 3 })
    assert.deepEqual(parseNews(restarted), { epoch: 3 })
    assert.deepEqual(parseNews(bytes('00 80 0000 00000001 0c010101')), { epoch: undefined })
  })

  it('refuses everything else', () => {
    const good = answer(
      askMap('10.0.0.7', {
        nonce: new Uint8Array(NONCE_BYTES),
        protocol: 'tcp',
        internal: 1,
        external: 1,
        host: '12.1.1.1',
        lifetime: 1,
      }),
      0,
      1,
      1,
    )
    const changed = (at: number, to: number): Uint8Array => good.with(at, to)
    const wrong = [
      bytes(''),
      bytes('02'),
      good.subarray(0, 56),
      good.subarray(0, 59),
      Uint8Array.of(...good, ...new Uint8Array(1_044)),
      changed(0, 3),
      changed(1, 1),
      changed(1, 130),
      changed(36, 1),
    ]
    for (const input of wrong) {
      const read = attempt(() => parsePcp(input))
      assert.equal(read.ok ? 'read' : read.fault.code, 'wire/pcp', input.toHex())
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(3), (input, version) => {
        const all = [input, Uint8Array.of(version, 129, 0, ...input)]
        for (const each of all) {
          for (const parse of [parsePcp, parseNews]) {
            const read = attempt(() => parse(each))
            assert.ok(read.ok || /^wire\/(?:pcp|nat-pmp)$/.test(read.fault.code))
          }
        }
      }),
    )
  })

  it('tells a router that begins anew from one that goes on (RFC 6887 8.5)', () => {
    const kept = (epoch: number, ms: number): boolean => hasKept({ epoch: 1_000, at: 0 }, { epoch, at: ms })
    assert.ok(kept(1_000, 0) && kept(1_060, 60_000) && kept(999, 500), 'it goes on, or a datagram came late')
    assert.ok(kept(1_106, 100_000) && kept(1_094, 100_000), 'clocks are not exact')
    assert.ok(!kept(998, 500) && !kept(0, 60_000), 'it went back')
    assert.ok(!kept(1_120, 100_000) && !kept(1_080, 100_000), 'it went on too fast or too slow')
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(100_000), (start, seconds) => {
        const next = { epoch: start + seconds, at: seconds * 1_000 }
        assert.ok(hasKept({ epoch: start, at: 0 }, next))
        assert.equal(hasKept({ epoch: start + 2, at: 0 }, { epoch: start, at: seconds }), false)
      }),
    )
  })
})
