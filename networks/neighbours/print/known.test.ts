import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encode } from '@kith/wire/bencode.ts'
import type { ToldPrinter } from '../wire/printers.ts'
import { keepPrinters, keptPrinters, knownPrinter } from './known.ts'

const device = '11'.repeat(32)

function keeps(bytes?: Uint8Array): Parameters<typeof keptPrinters>[0] & { writes: number } {
  let kept = bytes
  const host = {
    writes: 0,
    keep: {
      get: () => kept,
      set: (_key: string, now: Uint8Array | undefined) => {
        host.writes++
        kept = now
      },
    },
  }
  return host as unknown as ReturnType<typeof keeps>
}

const printer = {
  id: '22'.repeat(8),
  name: 'Attic',
  model: 'Test',
  location: '',
  state: 'idle',
  reasons: [],
  accepting: true,
  color: true,
  duplex: false,
  formats: ['application/pdf'],
  uuid: '',
} as unknown as ToldPrinter

test('printers of devices are written down once, and come back', () => {
  const host = keeps()
  const all = [knownPrinter(device, printer)]
  keepPrinters(host, all)
  keepPrinters(host, all)
  assert.equal(host.writes, 1)
  const back = keptPrinters(host)
  assert.deepEqual(
    back.map(({ key, device: of, printer: { name } }) => [key, of, name]),
    [[`${'11'.repeat(8)}${printer.id}`, device, 'Attic']],
  )
  keepPrinters(host, [])
  assert.deepEqual(keptPrinters(host), [])
})

test('what is written down wrongly is nothing, and stops nobody', () => {
  assert.deepEqual(
    keptPrinters(keeps(encode({ printers: [{ device: Uint8Array.of(1), printer: Uint8Array.of(2) }] }))),
    [],
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.ok(Array.isArray(keptPrinters(keeps(bytes))))))
})
