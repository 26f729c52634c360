import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placesOf } from './places-of.ts'
import { formatInvitation, MOST_INVITED_AT, parseInvitation } from './wire/invitation.ts'

const at = (...hosts: string[]) => hosts.map((host) => ({ host, port: 40_404 }))
const hosts = (places: readonly { readonly host: string }[]): string[] => places.map(({ host }) => host)

test('what reaches furthest comes first, and what means another machine elsewhere is not told', () => {
  const own = at('127.0.0.1', '192.168.1.7', '10.70.3.1', '::1', 'fd00::7', '2001:db8::7', 'fe80::7', '198.51.100.7')
  const doors = [{ host: '12.1.1.1', port: 50_000 }, ...at('2001:db8::7')]
  const places = placesOf(doors, own)
  assert.deepEqual(hosts(places), ['12.1.1.1', '2001:db8::7', '198.51.100.7', '192.168.1.7', '10.70.3.1', 'fd00::7'])
  assert.equal(places[0]!.port, 50_000)
  assert.deepEqual(placesOf([], at('fe80::7%eth0', '169.254.3.4')), [])
})

test('an invitation of a machine with many networks has its address of the internet', () => {
  const own = at(...Array.from({ length: 20 }, (_, index) => `10.${index}.0.1`), '2001:db8::7')
  const link = formatInvitation({
    device: '00'.repeat(32),
    name: 'ann',
    secret: new Uint8Array(16),
    until: 1_000,
    addresses: placesOf([], own),
  })
  const { addresses } = parseInvitation(link)
  assert.equal(addresses.length, MOST_INVITED_AT)
  assert.deepEqual(addresses[0], { host: '2001:db8::7', port: 40_404 })
})
