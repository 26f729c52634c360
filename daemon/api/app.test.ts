import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Problem } from '@kith/api/fault.ts'
import { problem } from '@kith/api/fault.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Incoming } from '../uploads/incoming.ts'
import { app } from './app.ts'
import type { TestWorld } from './testing.ts'
import { testWorld } from './testing.ts'

const home = { host: 'localhost:7337' }

function ask(world: TestWorld, path: string, init: RequestInit = {}, socket = false): Promise<Response> {
  const headers = { ...home, ...(init.headers as Record<string, string> | undefined) }
  return Promise.resolve(app(world).request(path, { ...init, headers }, { socket }))
}

async function problemIn(response: Response): Promise<Problem> {
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  const parsed = problem.parse(await response.json())
  assert.equal(parsed.status, response.status)
  return parsed
}

function bearer(world: TestWorld, scope: 'view' | 'transfer' | 'admin'): Record<string, string> {
  return { authorization: `Bearer ${world.access.newToken({ name: scope, scopes: [scope] }).secret}` }
}

function cookieOf(response: Response): string {
  return response.headers.get('set-cookie')!.split(';')[0]!
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
})

test('nobody sees anything without authority, and the refusal says what to do', async () => {
  const world = testWorld()
  const paths = ['/api/v1/status', '/api/v1/events', '/api/v1/live', '/api/v1/tokens', '/metrics']
  for (const path of paths) {
    const refused = await problemIn(await ask(world, path))
    assert.equal(refused.status, 401, path)
    assert.equal(refused.code, 'api/unauthorized')
    assert.match(refused.hint!, /kith open/)
  }
  assert.equal((await ask(world, '/health')).status, 200)
})

test('who asks while the daemon begins waits for its networks, and is not told that there are none', async () => {
  let joined = false
  const begun = Promise.withResolvers<void>()
  const world = testWorld({
    handlers: { doctor: () => [{ name: 'networks', ok: joined, message: '' }] },
    begun: begun.promise,
  })
  const asked = ask(world, '/api/v1/doctor', {}, true)
  // Programs that look whether it lives need not wait.
  assert.equal((await ask(world, '/health')).status, 200)
  joined = true
  begun.resolve()
  assert.deepEqual(await (await asked).json(), [{ name: 'networks', ok: true, message: '' }])
})

test('what an answer tells is on the disk before it is told', async () => {
  const done: string[] = []
  const world = testWorld({
    handlers: { doctor: () => (done.push('asked'), []) },
    record: () => void done.push('recorded'),
  })
  await ask(world, '/api/v1/doctor', {}, true)
  assert.deepEqual(done, ['asked', 'recorded'])
})

test('what came of a file is on the disk before it is told', async () => {
  const done: string[] = []
  const incoming = { size: 5, received: 5, take: async () => void done.push('taken') } as unknown as Incoming
  const world = {
    ...testWorld({ record: () => void done.push('recorded') }),
    uploaded: () => ({ incoming, expires: 0 }),
  }
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  }
  const answer = await ask(world, '/api/v1/uploads/a/files/0', { method: 'PATCH', headers, body: 'hello' }, true)
  assert.equal(answer.status, 204)
  assert.deepEqual(done, ['taken', 'recorded'])
})

test('a scope is enough for what it is for, and for no more', async () => {
  const world = testWorld({ handlers: { doctor: () => [] } })
  assert.equal((await ask(world, '/metrics', { headers: bearer(world, 'view') })).status, 200)
  const refused = await problemIn(await ask(world, '/api/v1/doctor', { headers: bearer(world, 'transfer') }))
  assert.equal(refused.status, 403)
  assert.match(refused.detail, /admin/)
  assert.equal((await ask(world, '/api/v1/doctor', { headers: bearer(world, 'admin') })).status, 200)
  assert.equal((await ask(world, '/api/v1/doctor', {}, true)).status, 200)
})

test('the one-time link becomes a cookie, signing out takes it away', async () => {
  const world = testWorld({ handlers: { doctor: () => [] } })
  const opened = await ask(world, '/api/v1/session', post({ link: world.access.link() }))
  assert.equal(opened.status, 200)
  assert.match(opened.headers.get('set-cookie')!, /HttpOnly.*SameSite=Strict/)
  const cookie = cookieOf(opened)
  assert.equal((await ask(world, '/api/v1/doctor', { headers: { cookie } })).status, 200)
  const out = await ask(world, '/api/v1/session', { method: 'DELETE', headers: { cookie } })
  assert.equal(out.status, 204)
  assert.match(out.headers.get('set-cookie') ?? '', /^kith=;.*Max-Age=0/)
  assert.equal((await ask(world, '/api/v1/doctor', { headers: { cookie } })).status, 401)
})

test('a page of another origin cannot use the session, whatever else it sends', async () => {
  let stopped = 0
  const world = testWorld({ handlers: { stop: () => void stopped++ } })
  const cookie = cookieOf(await ask(world, '/api/v1/session', post({ link: world.access.link() })))
  const foreign = { cookie, origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }
  for (const headers of [foreign, { ...foreign, authorization: 'Basic dTpw' }, { ...foreign, authorization: '' }]) {
    assert.equal((await ask(world, '/api/v1/stop', { method: 'POST', headers })).status, 403)
  }
  assert.equal(stopped, 0)
  const headers = { ...bearer(world, 'admin'), origin: 'http://localhost:3000' }
  assert.equal((await ask(world, '/api/v1/stop', { method: 'POST', headers })).status, 204)
  assert.equal(stopped, 1)
})

test('a foreign Host is refused everywhere', async () => {
  for (const path of ['/', '/health', '/api/v1/session']) {
    const refused = await problemIn(await ask(testWorld(), path, { headers: { host: 'evil.example' } }))
    assert.equal(refused.code, 'api/host')
    assert.match(refused.hint!, /api\.allowed_hosts/)
  }
})

test('wrong input is a problem that names the field', async () => {
  const world = testWorld()
  const send = async (path: string, init: RequestInit): Promise<Problem> =>
    problemIn(await ask(world, path, init, true))
  const wrong: readonly (readonly [string, RequestInit, string])[] = [
    ['/api/v1/speed', { ...post({ down: 'fast' }), method: 'PATCH' }, 'down'],
    ['/api/v1/transfers/bulk', post({ action: 'pause', ids: ['a', 7] }), 'ids.1'],
    ['/api/v1/transfers', post({ link: 'magnet:', path: '/x' }), 'body'],
    ['/api/v1/transfers', post([]), 'body'],
    ['/api/v1/transfers', post('null'), 'body'],
    ['/api/v1/transfers?count=many', {}, 'count'],
    ['/api/v1/transfers?count=100000', {}, 'count'],
  ]
  for (const [path, init, field] of wrong) {
    const refused = await send(path, init)
    assert.equal(refused.status, 400, path)
    assert.equal(refused.code, 'api/invalid')
    assert.equal(refused.field, field)
  }
  assert.equal((await send('/api/v1/transfers', post('{"link":'))).code, 'api/json')
})

test('a body has a limit, whether its length is told or not', async () => {
  const told = await ask(testWorld(), '/api/v1/transfers', post('{}', { 'content-length': '999999999999' }), true)
  assert.equal((await problemIn(told)).status, 413)
  const chunk = new Uint8Array(16 * 1024 * 1024)
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1
      controller.enqueue(chunk)
    },
  })
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit
  assert.equal((await problemIn(await ask(testWorld(), '/api/v1/transfers', init, true))).status, 413)
  assert.ok(sent < 12, String(sent))
})

test('unknown routes are problems, of every method', async () => {
  for (const [path, method] of [
    ['/api/v1/nothing', 'GET'],
    ['/api/v2/status', 'GET'],
    ['/api/v1/status', 'DELETE'],
    ['/anything', 'POST'],
  ] as const) {
    const refused = await problemIn(await ask(testWorld(), path, { method }, true))
    assert.equal(refused.status, 404, path)
    assert.equal(refused.code, 'api/not-found')
  }
})

test('faults of operations become their status, and a bug is one too', async () => {
  const world = testWorld({
    handlers: {
      transfer: ({ params }) => {
        if (params.id === 'bug') throw new TypeError('x is undefined')
        throw fail('input', 'transfer/unknown', `There is no “${params.id}”`, { hint: 'kith ls', doing: 'look' })
      },
    },
  })
  const unknown = await problemIn(await ask(world, '/api/v1/transfers/a%2Fb', {}, true))
  assert.equal(unknown.status, 404)
  assert.equal(unknown.detail, 'There is no “a/b”')
  assert.equal(unknown.hint, 'kith ls')
  assert.equal(unknown.doing, 'look')
  assert.equal((await problemIn(await ask(world, '/api/v1/transfers/bug', {}, true))).status, 500)
})

test('an add that is repeated with its key is done once, one that failed is done again', async () => {
  let adds = 0
  const world = testWorld({
    handlers: {
      add: () => {
        adds += 1
        if (adds === 1) throw fail('local', 'disk/full', 'The disk is full')
        return { transfer: { id: String(adds) }, duplicate: false } as never
      },
    },
  })
  const served = app(world)
  const add = async (key?: string): Promise<unknown> => {
    const headers = { ...home, ...(key === undefined ? {} : { 'idempotency-key': key }) }
    const response = await served.request('/api/v1/transfers', post({ link: 'magnet:?xt=a' }, headers), {
      socket: true,
    })
    return ((await response.json()) as { transfer?: { id: string } }).transfer?.id
  }
  assert.equal(await add('k'), undefined)
  assert.equal(await add('k'), '2')
  assert.equal(await add('k'), '2')
  assert.equal(await add('other'), '3')
  assert.equal(await add(), '4')
})

test('the page: its files, its screens, and nothing outside of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-page-'))
  try {
    const page = join(folder, 'page')
    await mkdir(join(page, 'assets'), { recursive: true })
    await writeFile(join(page, 'index.html'), '<!doctype html>')
    await writeFile(join(page, 'assets', 'a-123.js'), 'let a')
    await writeFile(join(folder, 'secret.json'), 'secret')
    const world = testWorld({ page })
    const screen = await ask(world, '/settings/speed.down')
    assert.equal(await screen.text(), '<!doctype html>')
    assert.equal(screen.headers.get('cache-control'), 'no-cache')
    assert.match(screen.headers.get('content-security-policy')!, /default-src 'self'/)
    assert.doesNotMatch(screen.headers.get('content-security-policy')!, /script-src[^;]*unsafe/)
    const asset = await ask(world, '/assets/a-123.js')
    assert.equal(await asset.text(), 'let a')
    assert.match(asset.headers.get('cache-control')!, /immutable/)
    assert.equal((await ask(world, '/assets/gone.js')).status, 404)
    for (const path of [
      '/../secret.json',
      '/%2e%2e/secret.json',
      '/..%2fsecret.json',
      '/assets/..%2f..%2fsecret.json',
      '/%00',
      '/%',
    ]) {
      assert.doesNotMatch(await (await ask(world, path)).text(), /secret/, path)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('OpenAPI 3.1 describes every operation', async () => {
  const described = (await (await ask(testWorld(), '/api/openapi.json')).json()) as {
    openapi: string
    paths: Record<string, Record<string, { operationId: string }>>
  }
  assert.equal(described.openapi, '3.1.0')
  assert.equal(described.paths['/api/v1/transfers']?.['post']?.operationId, 'add')
  assert.ok(described.paths['/api/v1/transfers/{id}']?.['delete'])
  assert.ok(described.paths['/api/v1/events']?.['get'])
  assert.ok(described.paths['/api/v1/live']?.['get'])
})
