import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Host } from '@kith/core/network/host.ts'
import { MOST_MEMBERS } from '../wire/segments.ts'
import { OWNER, OwnedSegment } from './owned.ts'

const id = (at: number): string => at.toString(16).padStart(64, '0')

test('who was put out holds no place that somebody else needs, and who may come back does', () => {
  const to = Array.from({ length: MOST_MEMBERS }, (_, at) => id(at))
  const facts = { id: '00'.repeat(8), title: 'LAN', network: [10, 1, 2] as const, to, hosts: new Map<string, number>() }
  const host = { clock: { now: () => 0 } } as unknown as Host
  const segment = new OwnedSegment(host, id(0xffff), facts, () => {})
  const places = to.map((device) => segment.placeOf(device))
  assert.equal(new Set(places).size, MOST_MEMBERS)
  assert.ok(!places.includes(OWNER) && !places.includes(undefined))
  const late = id(MOST_MEMBERS)
  assert.equal(segment.placeOf(late), undefined)
  segment.invite([...to.filter((device) => device !== id(5)), late])
  assert.equal(segment.placeOf(late), places[5])
  assert.equal(segment.placeOf(id(6)), places[6])
})
