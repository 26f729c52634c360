import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressBytes, addressText } from './ip-address.ts'
import { nat64Prefixes, translatedBy } from './nat64.ts'

/** 192.0.2.33 behind each length of prefix: the table of RFC 6052 2.4. */
const table = [
  ['2001:db8::', 32, '2001:db8:c000:221::'],
  ['2001:db8:100::', 40, '2001:db8:1c0:2:21::'],
  ['2001:db8:122::', 48, '2001:db8:122:c000:2:2100::'],
  ['2001:db8:122:300::', 56, '2001:db8:122:3c0:0:221::'],
  ['2001:db8:122:344::', 64, '2001:db8:122:344:c0:2:2100::'],
  ['2001:db8:122:344::', 96, '2001:db8:122:344::192.0.2.33'],
] as const

/** The well-known address behind the same. */
const known = [
  '2001:db8:c000:aa::',
  '2001:db8:1c0:0:aa::',
  '2001:db8:122:c000:0:aa00::',
  '2001:db8:122:3c0:0:aa::',
  '2001:db8:122:344:c0:0:aa00::',
  '2001:db8:122:344::192.0.0.170',
] as const

test('addresses of IPv4 are found in those of IPv6 as RFC 6052 has them', () => {
  for (const [prefix, length, address] of table) {
    const v4 = translatedBy(addressBytes(address)!, { bytes: addressBytes(prefix)!, length })
    assert.equal(addressText(v4!), '192.0.2.33', `${prefix}/${length}`)
    assert.equal(translatedBy(addressBytes('2001:db9::1')!, { bytes: addressBytes(prefix)!, length }), undefined)
  }
})

test('a prefix is told by what it makes of the well-known addresses (RFC 7050)', () => {
  for (const [index, [prefix, length]] of table.entries()) {
    const found = nat64Prefixes(addressBytes(known[index]!)!)
    assert.deepEqual(
      found.map(({ bytes, length: bits }) => `${addressText(bytes)}/${bits}`),
      [`${prefix}/${length}`],
    )
  }
  assert.equal(nat64Prefixes(addressBytes('64:ff9b::192.0.0.171')!)[0]?.length, 96)
  for (const none of ['2001:db8::1', '192.0.0.170', '2001:db8:122:344:ff:c000:aa:0', '2001:db8::192.0.2.33']) {
    assert.deepEqual(nat64Prefixes(addressBytes(none)!), [], none)
  }
  // In two places at once: either may be meant.
  assert.deepEqual(
    nat64Prefixes(addressBytes('2001:db8:c000:aa::192.0.0.171')!).map(({ length }) => length),
    [32, 96],
  )
})

test('whatever the bytes, what is said to be made by a prefix is found by it', () => {
  const lengths = [32, 40, 48, 56, 64, 96] as const
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(...lengths), (address, length) => {
      for (const prefix of nat64Prefixes(address)) {
        assert.match(addressText(translatedBy(address, prefix)!), /^192\.0\.0\.17[01]$/)
      }
      translatedBy(address, { bytes: address, length })
    }),
  )
})
