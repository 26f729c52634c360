import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { Access, allows } from './access.ts'
import { memoryStores, testClock } from './testing.ts'

function fault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code
}

const nobody = { socket: false, token: undefined, session: undefined }

test('a one-time link opens one session and lasts until it is used', async () => {
  const clock = testClock()
  const stores = memoryStores()
  const link = new Access(stores, clock.now).link()
  clock.advance(400 * 24 * 3600_000)
  const access = new Access(stores, clock.now)
  assert.equal(access.link(), link)
  const session = await access.signIn({ link }, '127.0.0.1')
  assert.deepEqual(access.grant({ ...nobody, session }), { scopes: ['admin'], via: 'session' })
  await assert.rejects(access.signIn({ link }, '127.0.0.1'), fault('api/unauthorized'))
  assert.notEqual(access.link(), link)
})

test('a session ends after 30 days without use, and by signing out', async () => {
  const clock = testClock()
  const access = new Access(memoryStores(), clock.now)
  const session = await access.signIn({ link: access.link() }, '127.0.0.1')
  clock.advance(29 * 24 * 3600_000)
  assert.equal(access.grant({ ...nobody, session }).via, 'session')
  clock.advance(29 * 24 * 3600_000)
  assert.equal(access.grant({ ...nobody, session }).via, 'session')
  clock.advance(30 * 24 * 3600_000)
  assert.equal(access.grant({ ...nobody, session }).via, 'none')
  const other = await access.signIn({ link: access.link() }, '127.0.0.1')
  access.signOut(other)
  assert.equal(access.grant({ ...nobody, session: other }).via, 'none')
})

test('tokens are kept as hashes, hold their scopes, and end when removed', () => {
  const stores = memoryStores()
  const access = new Access(stores, testClock().now)
  const { secret, token } = access.newToken({ name: 'phone', scopes: ['transfer'] })
  assert.ok(stores.written.length > 0)
  assert.ok(!stores.written.join('\n').includes(secret))
  const grant = access.grant({ ...nobody, token: secret })
  assert.deepEqual(grant, { scopes: ['transfer'], via: 'token' })
  assert.deepEqual(
    (['none', 'view', 'transfer', 'share', 'chat', 'admin'] as const).filter((scope) => allows(grant, scope)),
    ['none', 'view', 'transfer'],
  )
  access.removeToken(token.id)
  assert.equal(access.grant({ ...nobody, token: secret }).via, 'none')
  assert.throws(() => access.removeToken(token.id), fault('token/unknown'))
})

test('a wrong token is worth nothing, even beside the socket or a session', async () => {
  const access = new Access(memoryStores(), testClock().now)
  const session = await access.signIn({ link: access.link() }, '127.0.0.1')
  assert.equal(access.grant({ socket: true, token: 'kith_wrong', session }).via, 'none')
})

test('a password signs in, and a new one ends the sessions of others', async () => {
  const access = new Access(memoryStores(), testClock().now)
  await assert.rejects(access.setPassword('short', undefined), fault('api/password-short'))
  assert.equal(access.hasPassword, false)
  await access.setPassword('correct horse', undefined)
  const own = await access.signIn({ password: 'correct horse' }, 'a')
  const other = await access.signIn({ password: 'correct horse' }, 'b')
  await access.setPassword('battery staple', own)
  assert.equal(access.grant({ ...nobody, session: own }).via, 'session')
  assert.equal(access.grant({ ...nobody, session: other }).via, 'none')
  await assert.rejects(access.signIn({ password: 'correct horse' }, 'a'), fault('api/unauthorized'))
  await access.setPassword('', own)
  assert.equal(access.hasPassword, false)
})

test('who guesses waits, alone, and not for ever', async () => {
  const clock = testClock()
  const access = new Access(memoryStores(), clock.now)
  const link = access.link()
  for (let guess = 0; guess < 5; guess++) {
    await assert.rejects(access.signIn({ link: `wrong ${guess}` }, 'a'), fault('api/unauthorized'))
  }
  await assert.rejects(access.signIn({ link }, 'a'), fault('api/too-often'))
  clock.advance(60_000)
  assert.ok(await access.signIn({ link }, 'a'))
  assert.ok(await access.signIn({ link: access.link() }, 'b'))
})

test('guesses made at once are counted before any of them is checked', async () => {
  const access = new Access(memoryStores(), testClock().now)
  await access.setPassword('correct horse', undefined)
  const tries = await Promise.allSettled(
    Array.from({ length: 12 }, (_, guess) => access.signIn({ password: `guess ${guess}` }, 'a')),
  )
  const codes = tries.map((one) =>
    one.status === 'rejected' && one.reason instanceof FaultError ? one.reason.fault.code : 'in',
  )
  assert.equal(codes.filter((code) => code === 'api/unauthorized').length, 5)
  assert.equal(codes.filter((code) => code === 'api/too-often').length, 7)
})
