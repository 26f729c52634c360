import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addressBytes, addressText } from '@kith/wire/ip-address.ts'
import { addressV6In, linkLocalIn, macIn, prefixOf, type SegmentPlan } from '../wire/segments.ts'
import { comesFromOutside, isFrom, isUpkeep, leaves, mayEnter } from './filter.ts'
import { Switch } from './switch.ts'

const network: SegmentPlan['network'] = [10, 70, 3]
const prefix = prefixOf('a1b2c3d4e5f60718')
const own = addressV6In(prefix, 3)
const other = addressV6In(prefix, 4)
const ownLink = addressText(linkLocalIn(network, 3))
const otherLink = addressText(linkLocalIn(network, 4))
const all = 'ff02::1'
const icmp = 58
const udp = 17
const tcp = 6

/** An IPv6 packet of member 3 in a frame to a group. */
function packet(from: string, to: string, next: number, body: readonly number[]): Uint8Array {
  const head = [0x60, 0, 0, 0, body.length >> 8, body.length & 255, next, 255]
  const frame = [0x33, 0x33, 0, 0, 0, 1, ...macIn(network, 3), 0x86, 0xdd]
  return Uint8Array.of(...frame, ...head, ...addressBytes(from)!, ...addressBytes(to)!, ...body)
}
function said(type: number, target: string, kind = 0, host = 3): number[] {
  const option = kind === 0 ? [] : [kind, 1, ...macIn(network, host)]
  return [type, 0, 0, 0, 0, 0, 0, 0, ...addressBytes(target)!, ...option]
}
const router = [134, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]
const echo = [128, 0, 0, 0, 0, 0, 0, 0]
const fragment = (next: number, offset: number, more: boolean): number[] => {
  const where = (offset << 3) | Number(more)
  return [next, 0, where >> 8, where & 255, 0, 0, 0, 1]
}
const padded = (next: number): number[] => [next, 0, 1, 4, 0, 0, 0, 0]
const may = (bytes: Uint8Array): boolean => isFrom(bytes, network, 3, prefix)

test('addresses follow from the id of the network, and end as those of IPv4 do', () => {
  assert.deepEqual([own, ownLink], ['fda1:b2c3:d4e5:f607::3', 'fe80::6b:aff:fe46:303'])
})

test('a member speaks over IPv6 from its own addresses only', () => {
  for (const from of [own, ownLink]) {
    assert.equal(may(packet(from, all, icmp, echo)), true, from)
    assert.equal(may(packet(from, other, udp, [1, 2, 3, 4, 0, 8, 0, 0])), true, from)
  }
  for (const from of [other, otherLink, '2001:db8::1', 'fd00::3', '::1', 'fe80::3', '::ffff:10.70.3.3', '::']) {
    assert.equal(may(packet(from, all, icmp, echo)), false, from)
    assert.equal(may(packet(from, all, udp, [1, 2, 3, 4, 0, 8, 0, 0])), false, from)
  }
  assert.equal(isFrom(packet(own, all, icmp, echo), network, 3), false, 'where the network has none of these')
  assert.equal(isFrom(packet(ownLink, all, icmp, echo), network, 3), true)
})

test('what leaves over IPv6 is known by its place, and what hides it stays', () => {
  const out = '2001:db8:80::80'
  const ports = [0x30, 0x39, 0, 80, 0, 8, 0, 0]
  const to = (target: string, next: number, body: readonly number[], begins = prefix): ReturnType<typeof leaves> => {
    const bytes = packet(own, target, next, body)
    bytes.set(macIn(network, 1))
    return leaves(bytes, network, begins)
  }
  assert.deepEqual(to(out, udp, ports), { host: out, port: 80 })
  assert.deepEqual(to(out, tcp, ports), { host: out, port: 80 })
  assert.deepEqual(to(out, icmp, echo), { host: out, port: 0 })
  assert.deepEqual(to(out, 60, [...padded(tcp), ...ports]), { host: out, port: 80 }, 'behind another header')
  assert.deepEqual(to(out, 44, [...fragment(tcp, 0, true), ...ports]), { host: out, port: 80 }, 'the first piece')
  assert.deepEqual(to(out, 44, [...fragment(tcp, 4, false), ...ports]), { host: out, port: 0 }, 'a later piece')
  assert.equal(to('::ffff:8.8.8.8', tcp, ports), undefined, 'which no line carries')
  assert.equal(to(out, 44, fragment(tcp, 0, true)), undefined, 'a first piece without a port')
  assert.equal(to(out, 44, [...fragment(60, 0, true), ...padded(tcp)]), undefined)
  assert.equal(to(out, 43, [...padded(tcp), ...ports]), undefined, 'by way of somebody')
  assert.equal(to(out, 0, Array.from({ length: 9 }, () => padded(0)).flat()), undefined, 'headers without end')
  for (const stays of [other, own, ownLink, otherLink, 'ff02::1', 'ff0e::1']) {
    assert.equal(to(stays, udp, ports), undefined, stays)
  }
  assert.equal(leaves(packet(own, out, udp, ports), network, prefix), undefined, 'a frame for a group')
  assert.deepEqual([packet(own, other, icmp, echo), packet(own, other, 60, [...padded(icmp), ...echo])].map(isUpkeep), [
    true,
    true,
  ])
  assert.deepEqual([packet(own, other, udp, ports), packet(own, other, 60, [...padded(tcp), ...ports])].map(isUpkeep), [
    false,
    false,
  ])
  const closed = packet(own, out, udp, ports)
  closed.set(macIn(network, 1))
  assert.equal(leaves(closed, network), undefined, 'where IPv6 is not lent')
})

test('discovery is believed of oneself only', () => {
  assert.equal(may(packet(own, all, icmp, said(135, other, 1))), true, 'who has this address?')
  assert.equal(may(packet(own, all, icmp, said(135, other, 1, 4))), false, 'with the hardware address of another')
  assert.equal(may(packet(ownLink, all, icmp, said(136, own, 2))), true, 'I have it')
  assert.equal(may(packet(ownLink, all, icmp, said(136, own))), true)
  assert.equal(may(packet(own, all, icmp, said(136, other, 2))), false, 'I have what is of another')
  assert.equal(may(packet(own, all, icmp, said(136, own, 2, 4))), false, 'at the hardware address of another')
  assert.equal(may(packet(own, all, icmp, [...said(136, own), 2, 0, 0, 0])), false, 'an option without a length')
  assert.equal(may(packet('::', all, icmp, said(135, own))), true, 'is this free?')
  assert.equal(may(packet('::', all, icmp, said(135, other))), false, 'so that another thinks it is not')
  assert.equal(
    may(packet('::', all, 0, [icmp, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0, 0, 0, 0, 0])),
    true,
    'RFC 3810 5.2.13',
  )
  assert.equal(may(packet(own, all, icmp, [133, 0, 0, 0, 0, 0, 0, 0])), true, 'is there a router?')
})

test('nobody is a router, whatever stands in front of it', () => {
  const evasions: readonly (readonly [number, readonly number[]])[] = [
    [icmp, router],
    [icmp, [137, ...said(136, other).slice(1)]],
    [0, [...padded(icmp), ...router]],
    [60, [...padded(60), ...padded(icmp), ...router]],
    [44, [...fragment(icmp, 0, false), ...router]],
    [44, [...fragment(icmp, 0, true), ...router]],
    [44, [...fragment(60, 0, true), ...padded(icmp), ...router]],
    // Its first piece does not show what it carries.
    [44, [...fragment(60, 0, true), ...padded(icmp)]],
    [44, [...fragment(60, 0, true), icmp, 9]],
    [0, Array.from({ length: 12 }, () => padded(0)).flat()],
    // In pieces no part of discovery is believed.
    [44, [...fragment(icmp, 0, true), ...said(136, own, 2)]],
    [icmp, []],
  ]
  for (const [next, body] of evasions) {
    const bytes = packet(ownLink, all, next, body)
    const what = `${next} ${body.join(' ')}`
    assert.equal(may(bytes), false, what)
    // Nor does it enter, whoever let it through.
    if (body[0] !== icmp && body[8] !== 136) assert.equal(mayEnter(bytes, network, 1, prefix), false, what)
  }
  const pieces = packet(own, other, 44, [...fragment(udp, 0, true), 1, 2, 3, 4, 5, 6, 7, 8])
  assert.equal(may(pieces), true, 'long datagrams come in pieces')
  assert.equal(may(packet(own, other, 44, [...fragment(udp, 1, false), 9])), true)
})

test('what enters is meant for the machine or for a group, and nobody is the way of another', () => {
  const enters = (to: string): boolean => mayEnter(packet(own, to, udp, [1, 2, 3, 4]), network, 4, prefix)
  assert.deepEqual([other, otherLink, all, 'ff02::fb'].map(enters), [true, true, true, true])
  assert.deepEqual([own, '2001:db8::1', '::1', 'fe80::1', 'fd00::4'].map(enters), [false, false, false, false, false])
  assert.deepEqual(
    [own, ownLink, '::', '2001:db8::1', 'fd00::1'].map((from) =>
      comesFromOutside(packet(from, all, udp, [1, 2, 3, 4]), network, prefix),
    ),
    [false, false, false, true, true],
  )
})

test('a storm of discovery ends in the switch', () => {
  let seen = 0
  const clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) }
  const bridge = new Switch(network, clock, prefix)
  bridge.attach(1, { send: () => void seen++, flush() {} })
  bridge.attach(3, { send() {}, flush() {} })
  const asks = { bytes: packet(own, all, icmp, said(135, other, 1)), partial: false, segment: 0 }
  for (let count = 0; count < 10_000; count++) bridge.forward(3, asks)
  assert.equal(seen, 200)
})

test('no packet is too strange', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc
      .tuple(fc.constantFrom(0, 43, 44, 60, icmp, udp), fc.array(fc.nat(255), { maxLength: 80 }))
      .map(([next, body]) => packet(own, all, next, body)),
    fc
      .array(fc.constantFrom(padded(0), padded(60), padded(44), fragment(60, 0, true), fragment(icmp, 0, false)), {
        maxLength: 9,
      })
      .map((parts) => packet(ownLink, all, 0, [...parts.flat(), ...router])),
  )
  fc.assert(
    fc.property(bytes, (input) => {
      may(input)
      mayEnter(input, network, 1, prefix)
      comesFromOutside(input, network, prefix)
    }),
  )
})
