import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digest } from '@kith/core/content/digest.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Lines } from '../lines.ts'
import type { Given } from '../wire/messages.ts'
import { gifts } from './gifts.ts'

function world() {
  const kept = new Map<string, Uint8Array>()
  const host = {
    clock: { now: () => 1 },
    keep: {
      get: (key: string) => kept.get(key),
      set: (key: string, bytes?: Uint8Array) => void (bytes === undefined ? kept.delete(key) : kept.set(key, bytes)),
    },
    journal: { tell() {} },
  } as unknown as Host
  return () => gifts(host, {} as Lines)
}

function given(number: number): Given {
  const hex = number.toString(16).padStart(8, '0').padEnd(64, '0')
  return { digests: [digest(`kith:${hex}`)], name: `file ${number}`, size: 1, files: 1 }
}

test('a gift waits, over restarts, until it is over: to say what would be fetched takes nothing away', () => {
  const open = world()
  const desk = open()
  assert.ok(desk.arrived('ab'.repeat(32), given(1)))
  const [gift] = desk.offered.current
  assert.equal(desk.wish(gift!.id).content.name, 'file 1')
  assert.equal(open().offered.current.length, 1)
  desk.over(gift!.id)
  desk.over(gift!.id)
  assert.equal(open().offered.current.length, 0)
  assert.throws(() => desk.wish(gift!.id), /Nobody offers/)
})

test('who offers without end leaves room for the others', () => {
  const desk = world()()
  const [one, other] = ['ab'.repeat(32), 'cd'.repeat(32)]
  const taken = Array.from({ length: 300 }, (_, at) => desk.arrived(one, given(at)))
  assert.equal(taken.filter(Boolean).length, 50)
  assert.ok(desk.arrived(one, given(0)), 'the same thing is the same gift')
  assert.ok(desk.arrived(other, given(1)))
})
