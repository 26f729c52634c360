import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { app } from './app.ts'
import { listen } from './listen.ts'
import { testWorld } from './testing.ts'

async function folder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'kith-api-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

function overSocket(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method: 'GET', headers: { host: 'kith' } }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode!, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('the unix socket is the user, and only the user may open it', async () => {
  await using at = await folder()
  const socket = join(at.path, 'api.sock')
  await using server = await listen(app(testWorld()), { tcp: undefined, socket })
  assert.equal(server.url, undefined)
  assert.equal((await stat(socket)).mode & 0o777, 0o600)
  const { status, body } = await overSocket(socket, '/api/v1/session')
  assert.equal(status, 200)
  assert.deepEqual(JSON.parse(body), { scopes: ['admin'], via: 'socket', password: false })
})

test('a TCP peer that is gone before it is served has no authority', async () => {
  await using at = await folder()
  let stopped = 0
  const world = testWorld({ handlers: { stop: () => void stopped++ } })
  await using server = await listen(app(world), {
    tcp: { host: '127.0.0.1', port: 0 },
    socket: join(at.path, 'api.sock'),
  })
  const { host, port } = new URL(server.url!)
  for (let round = 0; round < 10; round++) {
    await new Promise<void>((resolve) => {
      const peer = connect(Number(port), '127.0.0.1', () => {
        peer.write(`POST /api/v1/stop HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\n\r\n`)
        peer.resetAndDestroy()
      })
      peer.on('error', () => {})
      peer.on('close', () => resolve())
    })
    await sleep(5)
  }
  await sleep(50)
  assert.equal(stopped, 0)
})
