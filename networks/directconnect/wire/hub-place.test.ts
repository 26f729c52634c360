import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatKeyprint } from './keyprint.ts'
import { readHubPlace } from './hub-place.ts'

test('a hub, and who has it there', () => {
  assert.deepEqual(readHubPlace('adc://Hub.example:1511'), { address: 'adc://hub.example:1511' })
  assert.deepEqual(readHubPlace('dchub://hub.example/anna%20b'), { address: 'dchub://hub.example:411', nick: 'anna b' })
  const keyprint = formatKeyprint(new Uint8Array(32).fill(5))
  assert.deepEqual(readHubPlace(`adcs://hub.example:1511/anna?kp=${keyprint}`), {
    address: `adcs://hub.example:1511/?kp=${keyprint}`,
    nick: 'anna',
  })
})

test('nothing of somebody else comes with it, and what is no hub is none', () => {
  assert.deepEqual(readHubPlace('adc://nick:secret@hub.example:1511/?mode=passive'), {
    address: 'adc://hub.example:1511',
  })
  for (const text of ['http://hub.example/', 'hub.example:411', 'adc://hub.example', 'urn:x', ''])
    assert.equal(readHubPlace(text), undefined, text)
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom('', 'adc://', 'dchub://h/'),
      (text, start) => void readHubPlace(start + text),
    ),
  )
})
