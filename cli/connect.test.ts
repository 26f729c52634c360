import assert from 'node:assert/strict'
import { test } from 'node:test'
import { client, clientOrStart, unreachableText } from './connect.ts'
import { UsageError } from './exit.ts'
import { UnreachableError } from '@kith/api/client.ts'

test('who names a daemon elsewhere is told of that one, and none is started here', async () => {
  const where = { host: '127.0.0.1:1' }
  assert.match(unreachableText(where), /No daemon answers at http:\/\/127\.0\.0\.1:1\./)
  await assert.rejects(clientOrStart(where, new AbortController().signal), UnreachableError)
  const before = process.env['KITH_HOST']
  process.env['KITH_HOST'] = '127.0.0.1:1'
  try {
    await assert.rejects(clientOrStart({}, new AbortController().signal), UnreachableError)
  } finally {
    if (before === undefined) delete process.env['KITH_HOST']
    else process.env['KITH_HOST'] = before
  }
})

test('what is no address of a daemon is wrong usage', () => {
  for (const host of [':::', 'ftp://nas', 'http://']) assert.throws(() => client({ host }), UsageError, host)
})
