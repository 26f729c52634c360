import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { checkHost, checkListen, checkOrigin } from './guard.ts'

const names = { machine: 'Attic', allowed: ['Kith.Example.org'] }

function codeOf(work: () => void): string {
  try {
    work()
    return 'ok'
  } catch (error) {
    assert.ok(error instanceof FaultError)
    assert.ok(error.fault.hint)
    return error.fault.code
  }
}

test('the names of this machine are ours, and no others', () => {
  const ours = [
    'localhost',
    'localhost:7337',
    'LOCALHOST:7337',
    '127.0.0.1:7337',
    '[::1]:7337',
    '[::1]',
    '192.168.1.9:7337',
    'attic',
    'Attic:7337',
    'attic.local:7337',
    'page.localhost:80',
    'kith.example.org',
  ]
  for (const host of ours)
    assert.equal(
      codeOf(() => checkHost(host, names)),
      'ok',
      host,
    )
  const others = [
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'xlocalhost',
    'attic.local.evil',
    '127.0.0.1.nip.io',
    ':7337',
  ]
  for (const host of others)
    assert.equal(
      codeOf(() => checkHost(host, names)),
      'api/host',
      String(host),
    )
})

test('a machine without a name does not let nameless requests in', () => {
  for (const host of ['', '.local', undefined])
    assert.equal(
      codeOf(() => checkHost(host, { machine: '', allowed: [] })),
      'api/host',
      String(host),
    )
})

test('pages of other origins, other ports of this machine among them, are refused', () => {
  const host = 'localhost:7337'
  const check = (origin?: string, site?: string): string => codeOf(() => checkOrigin({ origin, site, host }))
  assert.equal(check(), 'ok')
  assert.equal(check('http://localhost:7337'), 'ok')
  assert.equal(check('https://localhost:7337', 'same-origin'), 'ok')
  assert.equal(check(undefined, 'none'), 'ok')
  assert.equal(check('http://localhost:3000'), 'api/origin')
  assert.equal(check('https://evil.example'), 'api/origin')
  assert.equal(check('null'), 'api/origin')
  assert.equal(check(undefined, 'same-site'), 'api/origin')
  assert.equal(check(undefined, 'cross-site'), 'api/origin')
})

test('beyond this machine only with a password', () => {
  for (const host of ['127.0.0.1', '127.8.9.1', '::1', 'localhost'])
    assert.equal(
      codeOf(() => checkListen(host, false)),
      'ok',
      host,
    )
  for (const host of ['0.0.0.0', '::', '192.168.1.9', '', '127.evil.example']) {
    assert.equal(
      codeOf(() => checkListen(host, false)),
      'api/no-password',
      host,
    )
    assert.equal(
      codeOf(() => checkListen(host, true)),
      'ok',
      host,
    )
  }
})
