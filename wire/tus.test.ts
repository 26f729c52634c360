import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { attempt } from './fault.ts'
import { formatMetadata, readMetadata, readTus, TUS_VERSION, tusHeaders } from './tus.ts'

const said = { 'tus-resumable': TUS_VERSION }
const typed = { ...said, 'content-type': 'application/offset+octet-stream' }

function codeOf(method: string, headers: Readonly<Record<string, string>>): string | undefined {
  const read = attempt(() => readTus(method, headers))
  return read.ok ? undefined : read.fault.code
}

test('the questions of the protocol are read', () => {
  assert.deepEqual(readTus('OPTIONS', {}), { kind: 'options' })
  assert.deepEqual(readTus('HEAD', said), { kind: 'offset' })
  assert.deepEqual(readTus('DELETE', said), { kind: 'end' })
  assert.deepEqual(readTus('PATCH', { ...typed, 'upload-offset': '70' }), { kind: 'write', offset: 70 })
  // Where PATCH does not get through.
  const overridden = { ...typed, 'upload-offset': '0', 'x-http-method-override': 'PATCH' }
  assert.deepEqual(readTus('POST', overridden), { kind: 'write', offset: 0 })
  const metadata = 'filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential'
  assert.deepEqual(readTus('POST', { ...said, 'upload-length': '100', 'upload-metadata': metadata }), {
    kind: 'create',
    size: 100,
    metadata: new Map([
      ['filename', 'world_domination_plan.pdf'],
      ['is_confidential', ''],
    ]),
  })
})

test('what is not tus is left to others, and what is wrong is said', () => {
  assert.equal(readTus('GET', said), undefined)
  assert.equal(readTus('PUT', typed), undefined)
  assert.equal(readTus('POST', {}), undefined)
  assert.equal(codeOf('HEAD', { 'tus-resumable': '0.2.2' }), 'tus/version')
  assert.equal(codeOf('PATCH', {}), 'tus/version')
  assert.equal(codeOf('PATCH', { ...said, 'upload-offset': '0' }), 'tus/type')
  for (const offset of ['', '-1', '1e3', '0x1', ' 1', '1.5', '9007199254740993', '1'.repeat(40)]) {
    assert.equal(codeOf('PATCH', { ...typed, 'upload-offset': offset }), 'tus/header', offset)
  }
  assert.equal(codeOf('POST', said), 'tus/header')
  for (const bad of ['a b c', 'a %%', 'a YQ==,a YQ==', ',', 'ä YQ==', 'a /w==', `a ${'A'.repeat(9_000)}`]) {
    assert.equal(codeOf('POST', { ...said, 'upload-length': '1', 'upload-metadata': bad }), 'tus/header', bad)
  }
})

test('metadata is read as it was written, and any other text gives a fault', () => {
  const key = fc.string({ unit: fc.constantFrom('a', 'B', '_', '!', '~', '/'), minLength: 1, maxLength: 8 })
  const entries = fc.uniqueArray(fc.tuple(key, fc.string({ unit: 'grapheme', maxLength: 20 })), {
    maxLength: 10,
    selector: ([name]) => name,
  })
  fc.assert(
    fc.property(entries, (pairs) => {
      const metadata = new Map(pairs)
      assert.deepEqual(readMetadata(formatMetadata(metadata)), metadata)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        for (const [name, value] of readMetadata(text)) assert.ok(name !== '' && typeof value === 'string')
      } catch (error) {
        assert.ok(error instanceof FaultError && error.fault.code === 'tus/header')
      }
    }),
  )
})

test('an answer says what is there', () => {
  assert.deepEqual(tusHeaders({ offset: 3, size: 5, expires: 0 }), {
    'tus-resumable': '1.0.0',
    'cache-control': 'no-store',
    'upload-offset': '3',
    'upload-length': '5',
    'upload-expires': 'Thu, 01 Jan 1970 00:00:00 GMT',
  })
})
