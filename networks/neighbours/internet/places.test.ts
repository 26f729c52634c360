import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { InternetTerms } from '@kith/core/offer/internet.ts'
import { addressBytes, addressText, isWithin } from '@kith/wire/ip-address.ts'
import { isByName, isRule, mayReach } from './places.ts'

const nothing: Pick<InternetTerms, 'allowed' | 'refused' | 'home'> = { allowed: [], refused: [], home: false }
const machine = {
  isOwn: (host: string): boolean => ['198.51.100.9', '2001:db8:1::9', '127.0.0.1', '::1'].includes(host),
  attached: () => [
    { host: '198.51.100.9', prefix: 24 },
    { host: '2001:db8:1::9', prefix: 64 },
    { host: 'fe80::1%eth0', prefix: 64 },
  ],
  translators: () => [{ bytes: addressBytes('2001:db8:64::')!, length: 96 }],
}
const reach = (address: string, terms: Partial<InternetTerms> = {}, port = 80) =>
  mayReach({ ...nothing, ...terms }, machine, { host: address, port }, address)

test('the internet may be reached; this machine, private networks, links, groups and the networks around may not', () => {
  for (const address of ['203.0.113.1', '8.8.8.8', '2606:4700::1', '172.32.0.1', '100.128.0.1', '64:ff9b::808:808']) {
    assert.equal(reach(address), true, address)
  }
  const never = [
    '0.0.0.0',
    '0.1.2.3',
    '127.8.8.8',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '255.255.255.255',
    '::',
  ]
  const own = [
    '::1',
    'ff02::1',
    '198.51.100.9',
    '2001:db8:1::9',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::ffff:0:127.0.0.1',
    '64:ff9b:1::7f00:1',
    '64:ff9b::c633:6409',
  ]
  for (const address of [...never, ...own, '::7f00:1', '', 'example.org', '1.2.3', '01.2.3.4']) {
    assert.equal(reach(address), false, address)
    assert.equal(reach(address, { home: true }), false, `${address} at home`)
    assert.equal(reach(address, { home: true, allowed: ['*', `[${address}]`, address] }), false, `${address} allowed`)
  }
  const home = ['10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.1.1', '100.64.0.1', 'fd00::1', 'fe80::2']
  for (const address of [
    ...home,
    '198.51.100.77',
    '2001:db8:1::77',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '::ffff:0:10.0.0.1',
    '64:ff9b::c633:644d',
    '64:ff9b:1::a00:1',
    // Where a translator of one's own network leads to is known to that network alone.
    '64:ff9b:1::808:808',
  ]) {
    assert.equal(reach(address), false, address)
    assert.equal(reach(address, { allowed: ['*'] }), false, `${address} allowed`)
    assert.equal(reach(address, { home: true }), true, `${address} at home`)
  }
})

test('what a translator of the network leads to is refused as what it leads to', () => {
  for (const last of ['192.168.1.1', '10.0.0.1', '198.51.100.77']) {
    assert.equal(reach(`2001:db8:64::${last}`), false, last)
    assert.equal(reach(`2001:db8:64::${last}`, { allowed: ['*'] }), false, last)
    assert.equal(reach(`2001:db8:64::${last}`, { home: true }), true, last)
  }
  for (const last of ['127.0.0.1', '198.51.100.9', '224.0.0.1']) {
    assert.equal(reach(`2001:db8:64::${last}`, { home: true }), false, last)
  }
  const public8 = '2001:db8:64::8.8.8.8'
  assert.equal(reach(public8), true)
  assert.equal(reach(public8, { refused: ['8.8.8.0/24'] }), false)
  assert.equal(reach(public8, { refused: ['2001:db8:64::/96'] }), false)
  assert.equal(reach(public8, { allowed: ['8.8.8.8'] }), true)
  assert.equal(reach(public8, { allowed: ['8.8.4.4'] }), false)
  assert.equal(reach('2001:db8:64:0:0:1:8.8.8.8'), true, 'beside it there is no translator')
  // While nobody knows what translates, any address of IPv6 may lead anywhere.
  const unknown = { ...machine, translators: () => undefined }
  const at = (address: string): boolean =>
    mayReach({ ...nothing, home: true }, unknown, { host: address, port: 80 }, address)
  assert.deepEqual([at('2606:4700::1'), at('203.0.113.1'), at('64:ff9b::808:808')], [false, true, true])
})

test('rules hold by name, address, network and port, and what is refused wins', () => {
  const at = (host: string, port: number, allowed: readonly string[], refused: readonly string[] = []): boolean =>
    mayReach({ allowed, refused, home: false }, machine, { host, port }, '203.0.113.7')
  assert.equal(at('www.Example.org', 443, ['example.org']), true)
  assert.equal(at('www.example.org.', 443, ['*.example.org:443']), true)
  assert.equal(at('www.example.org', 80, ['example.org:443']), false)
  assert.equal(at('badexample.org', 443, ['example.org']), false)
  assert.equal(at('203.0.113.7', 443, ['203.0.113.0/24']), true)
  assert.equal(at('any.name', 443, ['203.0.113.0/29:443']), true)
  assert.equal(at('any.name', 443, ['203.0.113.8/29']), false)
  assert.equal(at('any.name', 25, [], ['*:25']), false)
  assert.equal(at('any.name', 26, [], ['*:25']), true)
  assert.equal(at('a.example.org', 443, ['example.org'], ['203.0.113.7']), false)
  assert.equal(reach('2606:4700::5', { allowed: ['[2606:4700::/32]:80'] }), true)
  assert.equal(reach('2606:4700::5', { allowed: ['2606:4700::/32'] }, 443), true)
  assert.equal(reach('2606:4701::5', { allowed: ['2606:4700::/32'] }), false)
  for (const wrong of ['', 'a b', '1.2.3.4/33', '*:0', '*:70000', '1.2.3.0/x', 'a:b', '[::1', 'http://a/', '::/129']) {
    assert.equal(isRule(wrong), false, wrong)
  }
  assert.deepEqual(['example.org', '1.2.3.4', '*', '*:5', '::/0'].map(isByName), [true, false, false, false, false])
})

test('addresses come back as they were, and networks hold exactly those with their first bits', () => {
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  )
  fc.assert(
    fc.property(address, address, fc.nat(128), (one, other, prefix) => {
      const back = addressBytes(addressText(one))!
      // Version 4 inside version 6 is written as version 4.
      assert.equal(back.toHex(), one.length === 16 && back.length === 4 ? one.subarray(12).toHex() : one.toHex())
      const bits = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      const same = one.length === other.length && prefix <= one.length * 8
      assert.equal(isWithin(one, other, prefix), same && bits(one).slice(0, prefix) === bits(other).slice(0, prefix))
    }),
  )
})

test('no text makes rules or addresses throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (rule, host) => {
      isRule(rule)
      mayReach({ allowed: [rule], refused: [], home: true }, machine, { host, port: 80 }, host)
    }),
  )
})
