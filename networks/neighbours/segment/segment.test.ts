import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Frame } from '@kith/core/network/taps.ts'
import { OFFLOAD_BYTES, offloadHeader, readOffloaded } from '@kith/wire/ethernet/offload.ts'
import { attempt } from '@kith/wire/fault.ts'
import { FrameBatch, framesIn } from '../wire/frames.ts'
import {
  decodePlan,
  decodeSegments,
  encodePlan,
  encodeSegments,
  macIn,
  prefixOf,
  type SegmentPlan,
} from '../wire/segments.ts'
import { arrived } from './cable.ts'
import { comesFromOutside, hostOf, isFrom, isUpkeep, leaves, mayEnter } from './filter.ts'
import { isTaken } from './owned.ts'
import { Switch } from './switch.ts'

const network: SegmentPlan['network'] = [10, 70, 3]
const all = Uint8Array.of(255, 255, 255, 255, 255, 255)
const ip = (text: string): number[] => text.split('.').map(Number)
const plain = (bytes: Uint8Array): Frame => ({ bytes, partial: false, segment: 0 })

function frame(to: Uint8Array, from: Uint8Array, type: number, rest: readonly number[]): Uint8Array {
  return Uint8Array.of(...to, ...from, type >> 8, type & 255, ...rest)
}
/** A datagram of IPv4 to port 80. */
function packet(
  from: string,
  to: string,
  [source, target]: readonly [number, number] = [3, 1],
  protocol = 17,
): Uint8Array {
  const head = [0x45, 0, 0, 28, 0, 0, 0, 0, 64, protocol, 0, 0, ...ip(from), ...ip(to)]
  return frame(macIn(network, target), macIn(network, source), 0x0800, [...head, 0, 9, 0, 80, 0, 8, 0, 0])
}
function arp(mac: Uint8Array, address: string): Uint8Array {
  return frame(all, macIn(network, 3), 0x0806, [
    0,
    1,
    8,
    0,
    6,
    4,
    0,
    1,
    ...mac,
    ...ip(address),
    0,
    0,
    0,
    0,
    0,
    0,
    10,
    70,
    3,
    1,
  ])
}
test('a member speaks for itself only', () => {
  const may = (bytes: Uint8Array): boolean => isFrom(bytes, network, 3)
  assert.equal(may(packet('10.70.3.3', '10.70.3.1')), true)
  assert.equal(may(packet('10.70.3.3', '10.70.3.1', [4, 1])), false)
  assert.equal(may(packet('10.70.3.4', '10.70.3.1')), false)
  assert.equal(may(packet('8.8.8.8', '10.70.3.1')), false)
  assert.equal(may(arp(macIn(network, 3), '10.70.3.3')), true)
  assert.equal(may(arp(macIn(network, 3), '0.0.0.0')), true)
  assert.equal(may(arp(macIn(network, 3), '10.70.3.1')), false)
  assert.equal(may(arp(macIn(network, 1), '10.70.3.3')), false)
  assert.equal(may(frame(all, macIn(network, 3), 0x8137, [1, 2, 3])), true, 'what old games speak')
  const snap = [0xaa, 0xaa, 3, 0, 0, 0]
  assert.equal(may(frame(all, macIn(network, 3), 0x8100, [0, 0, 0x86, 0xdd])), false, 'with a tag')
  assert.equal(may(frame(all, macIn(network, 3), 20, [...snap, 0x86, 0xdd])), false, 'in SNAP')
  assert.equal(may(frame(all, macIn(network, 3), 20, [...snap, 0x81, 0x37])), true, 'IPX may be in SNAP')
  const tree = Uint8Array.of(0x01, 0x80, 0xc2, 0, 0, 0)
  assert.equal(may(frame(tree, macIn(network, 3), 0x0026, [1])), false)
})

test('what enters a machine is meant for it, and what leaves is known by its place', () => {
  const may = (to: string): boolean => mayEnter(packet('10.70.3.3', to), network, 1)
  assert.deepEqual(['10.70.3.1', '10.70.3.255', '255.255.255.255', '224.0.2.60'].map(may), [true, true, true, true])
  assert.deepEqual(['10.70.3.2', '8.8.8.8', '127.0.0.1', '192.168.1.1'].map(may), [false, false, false, false])
  assert.equal(isUpkeep(packet('10.70.3.3', '10.70.3.1')), false)
  assert.equal(isUpkeep(packet('10.70.3.3', '10.70.3.1', [3, 1], 1)), true)
  assert.equal(isUpkeep(arp(macIn(network, 3), '10.70.3.3')), true)
  assert.equal(isUpkeep(frame(all, macIn(network, 3), 0x8137, [1, 2, 3])), false)
  assert.deepEqual(leaves(packet('10.70.3.3', '8.8.8.8'), network), { host: '8.8.8.8', port: 80 })
  assert.deepEqual(leaves(packet('10.70.3.3', '8.8.8.8', [3, 1], 1), network), { host: '8.8.8.8', port: 0 })
  assert.equal(leaves(packet('10.70.3.3', '10.70.3.9'), network), undefined)
  assert.equal(comesFromOutside(packet('8.8.8.8', '10.70.3.3'), network), true)
  assert.equal(comesFromOutside(packet('10.70.3.1', '10.70.3.3'), network), false)
  assert.equal(hostOf(packet('10.70.3.3', '10.70.3.1', [3, 7]), network), 7)
  assert.equal(hostOf(arp(macIn(network, 3), '10.70.3.3'), network), undefined)
})

/** Time that stands until it is moved. */
function still(): Clock & { at: number } {
  return { at: 0, now: () => clock.at, after: () => ({ [Symbol.dispose]() {} }) }
}
const clock = still()

test('the switch gives frames to whom they are for, and storms end in it', () => {
  const seen: Record<number, number> = { 1: 0, 2: 0, 3: 0 }
  const bridge = new Switch(network, { ...clock, now: () => clock.at })
  const ports = [1, 2, 3].map((host) => bridge.attach(host, { send: () => void seen[host]!++, flush() {} }))
  bridge.forward(3, plain(packet('10.70.3.3', '10.70.3.1')))
  assert.deepEqual(seen, { 1: 1, 2: 0, 3: 0 })
  bridge.forward(3, plain(packet('10.70.3.3', '10.70.3.9', [3, 9])))
  bridge.forward(2, plain(packet('10.70.3.3', '10.70.3.1')))
  bridge.forward(7, plain(packet('10.70.3.7', '10.70.3.1', [7, 1])))
  assert.deepEqual(seen, { 1: 1, 2: 0, 3: 0 }, 'nobody is there, somebody lies, and somebody is none of us')
  for (let count = 0; count < 10_000; count++) bridge.forward(3, plain(arp(macIn(network, 3), '10.70.3.3')))
  assert.deepEqual(seen, { 1: 201, 2: 200, 3: 0 })
  clock.at += 500
  for (let count = 0; count < 10_000; count++) bridge.forward(3, plain(arp(macIn(network, 3), '10.70.3.3')))
  assert.deepEqual(seen, { 1: 301, 2: 300, 3: 0 })
  ports[1]![Symbol.dispose]()
  bridge.forward(3, plain(packet('10.70.3.3', '10.70.3.2', [3, 2])))
  assert.equal(seen[2], 300)
})

test('frames of a batch come back, whatever their lengths', () => {
  const one = fc.record(
    {
      bytes: fc.uint8Array({ minLength: 14, maxLength: 1_500 }),
      partial: fc.boolean(),
      segment: fc.nat(65_535),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(fc.array(one, { maxLength: 20 }), (frames) => {
      const back: Frame[] = []
      const batch = new FrameBatch(1_420, (bytes) => {
        for (const each of framesIn(bytes)) back.push({ ...each, bytes: each.bytes.slice() })
      })
      for (const each of frames) batch.add(each)
      batch.flush()
      assert.deepEqual(back, frames)
    }),
  )
})

test('garbage gives no frames that make no sense, and no header that says more than the frame', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(65_535), (bytes, segment) => {
      for (const each of arrived(bytes)) {
        assert.ok(each.bytes.length >= 14)
        isFrom(each.bytes, network, 3)
        mayEnter(each.bytes, network, 1)
        leaves(each.bytes, network)
      }
      readOffloaded(bytes)
      const into = new Uint8Array(OFFLOAD_BYTES)
      const head = offloadHeader({ bytes, partial: true, segment }, into, 0)
      if (head === undefined) return
      const view = new DataView(into.buffer)
      assert.ok(view.getUint16(6, true) + view.getUint16(8, true) + 2 <= bytes.length)
      assert.ok(view.getUint16(2, true) < bytes.length)
    }),
  )
})

test('what devices say of virtual networks comes back, and garbage gives a fault', () => {
  const device = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex())
  const member = fc.record(
    { device, host: fc.integer({ min: 1, max: 254 }), here: fc.boolean() },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(
      fc.array(member, { maxLength: 9 }),
      fc.nat(255),
      fc.integer({ min: 2, max: 254 }),
      (members, two, host) => {
        const plan: SegmentPlan = { network: [10, two, 5], host, members }
        assert.deepEqual(decodePlan(encodePlan(plan)), plan)
        const both: SegmentPlan = { ...plan, prefix: prefixOf('0123456789abcdef') }
        assert.deepEqual(decodePlan(encodePlan(both)), both)
      },
    ),
  )
  const one = { id: '12'.repeat(8), title: 'LAN' }
  assert.deepEqual(decodeSegments(encodeSegments([one])), [one])
  const wrong = encodePlan({ network: [8, 8, 8], host: 8, members: [] })
  assert.equal(attempt(() => decodePlan(wrong)).ok, false, 'never the addresses of the internet')
  for (const prefix of ['20010db800000000', 'fc00000000000000', 'fd000000000000', '']) {
    const other = encodePlan({ network: [10, 1, 2], prefix: Uint8Array.fromHex(prefix), host: 8, members: [] })
    assert.equal(attempt(() => decodePlan(other)).ok, false, prefix)
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      attempt(() => decodePlan(bytes))
      attempt(() => decodeSegments(bytes))
    }),
  )
})

test('networks that this machine is in are taken', () => {
  const attached = (host: string, prefix: number) => ({ attached: () => [{ host, prefix }] })
  assert.equal(isTaken(attached('10.70.3.9', 24), network), true)
  assert.equal(isTaken(attached('10.0.0.1', 8), network), true)
  assert.equal(isTaken(attached('10.70.3.200', 30), network), true)
  assert.equal(isTaken(attached('10.70.4.9', 24), network), false)
  assert.equal(isTaken(attached('fe80::1', 64), network), false)
})
