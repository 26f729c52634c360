import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { fromLatin1, utf8 } from '@kith/wire/bytes.ts'
import { readHubList } from './hub-list.ts'

test('hublist.xml, in what it says it is written in; hubs without an address are left out', () => {
  const xml = `<?xml version="1.0" encoding="windows-1252"?><Hublist Name="x"><Hubs><Columns><Column Name="Name"/></Columns>
<Hub Name="Caf\xe9 &amp; more" Address="adcs://hub.example:5000/?kp=x" Description="no"/>
<Hub Name="Caf\xe9 &amp; more" Address="hub.example" Description="a > b" Users="12" Shared="99" Country="Fr"/>
<Hub Name="second" Address="ADC://[2001:db8::1]:1511"/><Hub Name="none" Address="not an address"/></Hubs></Hublist>`
  assert.deepEqual(readHubList(fromLatin1(xml)!), [
    {
      address: 'dchub://hub.example:411',
      name: 'Café & more',
      description: 'a > b',
      people: 12,
      shared: 99,
      country: 'Fr',
    },
    { address: 'adc://[2001:db8::1]:1511', name: 'second', description: '' },
  ])
})

test('hublist.config', () => {
  assert.deepEqual(readHubList(utf8('Name|hub.example:4111|What it is|31|\nbroken\n|||\n')), [
    { address: 'dchub://hub.example:4111', name: 'Name', description: 'What it is', people: 31 },
  ])
})

test('what is none, or only a part of one', () => {
  const refused = (text: string): void =>
    assert.throws(
      () => readHubList(utf8(text)),
      (error: FaultError) => error.fault.code === 'directconnect/hub-list',
    )
  refused('<Hublist><Hubs><Hub Address="a:1"/>')
  refused(`<Hub Name="${'x'.repeat(20_000)}`)
  refused('<?xml version="1.0" encoding="nobody-knows"?><Hublist></Hublist>')
})

test('garbage is a fault or a list without hubs', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string().map(utf8)), (bytes) => {
      try {
        readHubList(bytes)
      } catch (error) {
        assert.ok(error instanceof FaultError)
      }
    }),
  )
})
