import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Keep } from '@kith/core/network/host.ts'
import { encode } from '@kith/wire/bencode.ts'
import type { ToldPrinter } from '../wire/printers.ts'
import { keepPrinters, keptPrinters, knownPrinter } from './known.ts'

const device = '11'.repeat(32)

/** What is kept of a network, and how often it was written. */
class Keeps implements Keep {
  writes = 0
  #bytes: Uint8Array | undefined

  constructor(bytes?: Uint8Array) {
    this.#bytes = bytes
  }

  get keep(): Keep {
    return this
  }

  get(): Uint8Array | undefined {
    return this.#bytes
  }

  set(_key: string, bytes: Uint8Array | undefined): void {
    this.writes++
    this.#bytes = bytes
  }
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
  const host = new Keeps()
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
    keptPrinters(new Keeps(encode({ printers: [{ device: Uint8Array.of(1), printer: Uint8Array.of(2) }] }))),
    [],
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.ok(Array.isArray(keptPrinters(new Keeps(bytes))))))
})
