import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isGlobalV6, routerIn, wayOutIn } from './router.ts'

const none = '0'.repeat(32)
const linkLocal = `fe80${'0'.repeat(27)}1`
const route = (to: string, length: string, by: string, metric: string, device: string): string =>
  `${to} ${length} ${none} 00 ${by} ${metric} 00000001 00000000 00450003     ${device}`
const address = (hex: string, scope: string, flags: string, device: string): string =>
  `${hex} 02 40 ${scope} ${flags}     ${device}`
const mine = '20010db8000100000000000000000010'
const brief = '20010db80001000012345678abcdef01'

test('the router is the one of the default route that costs least', () => {
  const table = [
    'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT',
    'wlan0 00000000 0101A8C0 0003 0 0 600 00000000 0 0 0',
    'eth0 00000000 01FEA8C0 0003 0 0 100 00000000 0 0 0',
    'eth0 0000A8C0 00000000 0001 0 0 100 0000FFFF 0 0 0',
  ]
  assert.equal(routerIn(table.join('\n')), '192.168.254.1')
  assert.equal(routerIn(table[0]!), undefined)
})

test('the way out over IPv6 has a router, and an address of ours that lasts', () => {
  const routes = [
    route(none, '00', none, 'ffffffff', 'lo'),
    route(none, '00', linkLocal, '00000400', 'eth0'),
    route(none, '00', linkLocal, '00000064', 'wlan0'),
    route('20010db8000100000000000000000000', '40', none, '00000100', 'eth0'),
  ].join('\n')
  const addresses = [
    address(linkLocal, '20', '80', 'eth0'),
    address(brief, '00', '01', 'eth0'),
    address(mine, '00', '80', 'eth0'),
  ]
  // The cheaper way has no address that the internet knows.
  assert.deepEqual(wayOutIn(routes, addresses.join('\n')), { router: 'fe80::1%eth0', address: '2001:db8:1::10' })
  const unfit = ['01', '20', '40', '08'].map((flags) => address(mine, '00', flags, 'eth0'))
  assert.equal(wayOutIn(routes, unfit.join('\n')), undefined)
  const own = address(`fd00${'0'.repeat(27)}1`, '00', '80', 'eth0')
  assert.equal(wayOutIn(routes, own), undefined, 'of its own network only')
  assert.equal(wayOutIn('', addresses.join('\n')), undefined)
})

test('a line that is not whole is none', () => {
  const cut = `${none} 00 ${none} ${none} ${linkLocal}`
  assert.equal(wayOutIn(cut, `zz ${none} ${none} 00`), undefined)
  assert.equal(wayOutIn(`${cut} 00 00 00 00 eth0`, 'zz 02 40 00 80 eth0'), undefined)
})

test('addresses of the internet are told from others', () => {
  const all = [
    '2001:db8::1',
    '2a02:1234::1',
    '2002:c000:201::1',
    '2001::1',
    'fd00::1',
    'fe80::1',
    '::1',
    '192.0.2.1',
    'x',
  ]
  assert.deepEqual(all.filter(isGlobalV6), ['2001:db8::1', '2a02:1234::1'])
})

test('tables of any kind give nothing that is wrong', () => {
  const cell = fc.constantFrom(none, linkLocal, mine, '00', '40', '20', 'eth0', 'zz', '')
  const table = fc.array(fc.array(cell, { maxLength: 11 }).map((row) => row.join(' '))).map((rows) => rows.join('\n'))
  fc.assert(
    fc.property(table, table, (routes, addresses) => {
      routerIn(routes)
      const way = wayOutIn(routes, addresses)
      assert.ok(way === undefined || isGlobalV6(way.address))
    }),
    // What is wrong is drawn by rows that fit each other, which is seldom.
    { numRuns: 2_000 },
  )
})
