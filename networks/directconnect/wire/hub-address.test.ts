import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { parseHubAddress, publicAddress } from './hub-address.ts'
import { formatKeyprint } from './keyprint.ts'
import { formatMagnet, magnet } from './links.ts'
import { decodeHint, encodeHint, mergeHints } from './hint.ts'

test('addresses of hubs in all their forms', () => {
  assert.deepEqual(parseHubAddress('Hub.Example.org'), {
    protocol: 'nmdc',
    tls: false,
    host: 'hub.example.org',
    port: 411,
  })
  assert.deepEqual(parseHubAddress('nmdcs://h:5/'), { protocol: 'nmdc', tls: true, host: 'h', port: 5 })
  const keyprint = Uint8Array.from({ length: 32 }, (_, at) => at)
  assert.deepEqual(parseHubAddress(`adcs://me:p%40ss:w@[::1]:1511/?kp=${formatKeyprint(keyprint)}&mode=passive`), {
    protocol: 'adc',
    tls: true,
    host: '::1',
    port: 1511,
    keyprint,
    nick: 'me',
    password: 'p@ss:w',
    mode: 'passive',
  })
  assert.equal(parseHubAddress('dchub://h/?charset=cp1251').charset, 'windows-1251')
  assert.equal(publicAddress(parseHubAddress('adcs://me:secret@[::1]:1511')), 'adcs://[::1]:1511')
  const bad = [
    '',
    'adc://h',
    'http://h:1',
    'adc://h:0',
    'adc://h:70000',
    'adc://h:1/?kp=SHA256/AA',
    'adc://%zz@h:1',
    'h:1/?charset=no',
    'h/?mode=x',
    'dchub://[',
  ]
  for (const text of bad) assert.throws(() => parseHubAddress(text), FaultError, text)
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        publicAddress(parseHubAddress(text))
      } catch (error) {
        assert.ok(error instanceof FaultError)
      }
    }),
  )
})

test('links with a Tiger tree, alone, in a bitprint, and with users who have it', () => {
  const tth = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'
  const wish = magnet.parse(`magnet:?xt=urn:tree:tiger:${tth}&xl=5&dn=a+b&x.dc=someone&x.dc=n@dchub://h:411`)
  assert.deepEqual(wish?.content, {
    digests: ['tth:5d9ed00a030e638bdb753a6a24fb900e5a63b8e73e6c25b6'],
    name: 'a b',
    size: 5,
  })
  const hint = decodeHint(wish.hints.directconnect!)
  assert.deepEqual(hint, { name: 'a b', size: 5, users: ['someone', 'n@dchub://h:411'] })
  assert.deepEqual(magnet.parse(formatMagnet(wish.content, hint.users)!), wish)
  assert.equal(magnet.parse(`magnet:?xt=urn:bitprint:${'A'.repeat(32)}.${tth}`)?.content.digests.length, 1)
  assert.equal(magnet.parse(`magnet:?xt=urn:btih:${'a'.repeat(40)}`), undefined)
  const known = { name: 'x', leaves: Uint8Array.of(1, 2), users: ['a'] }
  assert.deepEqual(mergeHints(known, { size: 7, name: 'y', users: ['b'] }), { ...known, size: 7, users: ['a', 'b'] })
  assert.deepEqual(decodeHint(encodeHint(known)), known)
  assert.throws(() => decodeHint(Uint8Array.of(1)), FaultError)
})
