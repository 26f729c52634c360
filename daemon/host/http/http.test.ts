import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as createTcp, type AddressInfo, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Names } from '@kith/core/network/net.ts'
import type { Log } from '@kith/core/network/log.ts'
import { readBody, type HttpResponse } from '@kith/core/network/http.ts'
import { systemClock } from '../clock.ts'
import { systemNames } from '../names.ts'
import { systemRandom } from '../random.ts'
import { openHttp, type OpenHttp } from './open.ts'

const HOST = '127.0.0.1'
const clock = systemClock()
const MIB = 1024 * 1024

interface Told {
  readonly errors: string[]
  readonly log: Log
}

function told(): Told {
  const errors: string[] = []
  const log: Log = { debug() {}, info() {}, warn() {}, error: (text) => void errors.push(text), child: () => log }
  return { errors, log }
}

function open(root: Budget = budgets(clock), log = told().log, record = (): void => {}): OpenHttp {
  return openHttp({ clock, random: systemRandom(), log, names: systemNames(clock), budget: root, bind: HOST, record })
}

function withFault(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof FaultError, String(error))
    assert.equal(error.fault.code, code)
    return true
  }
}

interface Site extends AsyncDisposable {
  readonly url: string
  readonly asked: IncomingMessage[]
}

async function site(answer: (asked: IncomingMessage, response: ServerResponse) => void): Promise<Site> {
  const asked: IncomingMessage[] = []
  const server = createHttp((message, response) => {
    asked.push(message)
    answer(message, response)
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A server that says the same whatever it is told. */
async function parrot(say: (socket: Socket) => void): Promise<AsyncDisposable & { readonly url: string }> {
  const sockets = new Set<Socket>()
  const server = createTcp((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => say(socket))
  })
  server.listen(0, HOST)
  await once(server, 'listening')
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

async function text(response: HttpResponse): Promise<string> {
  return Buffer.from(await readBody(response, 10 * MIB, () => new Error('too long'))).toString()
}

describe('the http client', () => {
  it('asks, and gives status, headers and body', async () => {
    const root = budgets(clock)
    const network = root.child('network')
    await using http = open(root)
    await using there = await site((asked, response) => {
      response.writeHead(404, { 'X-Two': ['a', 'b'], 'Content-Type': 'text/plain' })
      response.end(`${asked.method} ${asked.url}`)
    })
    const response = await http
      .within(network)
      .request({ url: `${there.url}/announce?info_hash=%12%AB'~&x`, headers: { 'User-Agent': 'Kith/0' } })
    assert.equal(response.status, 404)
    assert.equal(response.headers['x-two'], 'a, b')
    assert.equal(response.headers['content-type'], 'text/plain')
    assert.equal(await text(response), 'GET /announce?info_hash=%12%AB%27~&x')
    assert.equal(there.asked[0]?.headers['user-agent'], 'Kith/0')
    assert.equal(there.asked[0]?.headers['accept-encoding'], undefined)
    assert.equal(network.total('down'), 36)
    assert.ok(network.total('up') > 0)
  })

  it('keeps connections, and sends bodies', async () => {
    await using http = open()
    await using there = await site((asked, response) => {
      asked.pipe(response)
    })
    for (let index = 0; index < 3; index++) {
      const response = await http.request({ url: there.url, method: 'post', body: Buffer.from(`body ${index}`) })
      assert.equal(await text(response), `body ${index}`)
    }
    assert.equal(new Set(there.asked.map((each) => each.socket)).size, 1)
  })

  it('asks again where a kept connection was just closed', async () => {
    let connections = 0
    const server = createTcp((socket) => {
      connections++
      socket.on('error', () => {})
      let questions = 0
      socket.on('data', () => {
        if (++questions === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
        else socket.resetAndDestroy()
      })
    })
    server.listen(0, HOST)
    await once(server, 'listening')
    await using http = open()
    const url = `http://${HOST}:${(server.address() as AddressInfo).port}/`
    assert.equal(await text(await http.request({ url })), 'ok')
    assert.equal(await text(await http.request({ url })), 'ok')
    assert.equal(connections, 2)
    await assert.rejects(http.request({ url, method: 'POST', body: Uint8Array.of(1) }), withFault('net/reset'))
    server.close()
  })

  it('follows redirects, and keeps secrets from strangers', async () => {
    await using http = open()
    await using second = await site((asked, response) => response.end(`${asked.method} ${asked.url}`))
    await using first = await site((asked, response) => {
      const location = asked.url === '/start' ? 'next?a=1#part' : `${second.url}/end`
      response.writeHead(asked.url === '/start' ? 307 : 302, { location })
      response.end()
    })
    const response = await http.request({
      url: `${first.url}/start`,
      method: 'POST',
      body: Buffer.from('x'),
      headers: { Authorization: 'secret', 'Content-Type': 'text/plain', Range: 'bytes=0-1' },
    })
    assert.equal(response.url, `${second.url}/end`)
    assert.equal(await text(response), 'GET /end')
    assert.equal(first.asked[1]?.method, 'POST')
    assert.equal(first.asked[1]?.headers.authorization, 'secret')
    const headers = second.asked[0]?.headers ?? {}
    assert.equal(headers.authorization, undefined)
    assert.equal(headers['content-type'], undefined)
    assert.equal(headers.range, 'bytes=0-1')
  })

  it('sees circles, endless chains and redirects to nowhere', async () => {
    await using http = open()
    await using there = await site((asked, response) => {
      const path = asked.url ?? ''
      const location = path.startsWith('/count')
        ? `/count${Number(path.slice(6)) + 1}`
        : { '/a': '/b', '/b': '/a', '/file': 'file:///etc/passwd' }[path]
      response.writeHead(301, { location })
      response.end('moved')
    })
    const ask = (path: string, redirects?: number): Promise<HttpResponse> =>
      http.request({ url: there.url + path, ...(redirects === undefined ? {} : { redirects }) })
    await assert.rejects(ask('/a'), withFault('http/redirect-circle'))
    await assert.rejects(ask('/file'), withFault('http/redirect'))
    there.asked.length = 0
    await assert.rejects(ask('/count0'), withFault('http/redirects-too-many'))
    assert.equal(there.asked.length, 6)
    await assert.rejects(ask('/count0', 0), withFault('http/redirects-too-many'))
  })

  it('is not led from the internet into the local network', async () => {
    await using there = await site((_asked, response) => {
      response.writeHead(302, { location: `http://router.example:${new URL(there.url).port}/reboot` })
      response.end()
    })
    let asked = 0
    // The tracker's name leads outside when it is judged, and here when it is dialled.
    const names: Names = {
      resolve: async (name) => (name === 'tracker.example' && asked++ === 0 ? ['192.0.2.1'] : [HOST]),
    }
    await using http = openHttp({
      clock,
      random: systemRandom(),
      log: told().log,
      names,
      budget: budgets(clock),
      bind: HOST,
      record() {},
    })
    const { port } = new URL(there.url)
    await assert.rejects(http.request({ url: `http://tracker.example:${port}/` }), withFault('http/redirect-inward'))
    assert.deepEqual(
      there.asked.map((each) => each.url),
      ['/'],
    )
    await assert.rejects(http.request({ url: `http://other.example:${port}/` }), withFault('http/redirect-circle'))
  })

  it('refuses what it cannot ask', async () => {
    await using http = open()
    await assert.rejects(http.request({ url: 'nonsense' }), withFault('http/url'))
    await assert.rejects(http.request({ url: 'ftp://example.org/' }), withFault('http/scheme'))
    await assert.rejects(
      http.request({ url: `http://${HOST}:9/`, headers: { 'x-a': 'a\r\nb: c' } }),
      withFault('http/request'),
    )
    await assert.rejects(http.request({ url: `http://${HOST}:9/`, method: 'G T' }), withFault('http/request'))
    await assert.rejects(http.request({ url: `http://${HOST}:9/` }), withFault('net/refused'))
    await assert.rejects(http.request({ url: 'http://a_b..c/' }), withFault('net/name-unknown'))
  })

  it('calls garbage garbage', async () => {
    await using http = open()
    const cases: [string, string][] = [
      ['SSH-2.0-OpenSSH\r\n', 'http/garbage'],
      [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, 'http/headers-too-long'],
      ['HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'http/garbage'],
    ]
    for (const [said, code] of cases) {
      await using there = await parrot((socket) => socket.write(said))
      await assert.rejects(http.request({ url: there.url }), withFault(code))
    }
    await using there = await parrot((socket) => socket.write('not TLS at all'))
    await assert.rejects(http.request({ url: there.url.replace('http:', 'https:') }), withFault('http/tls'))
  })

  it('tells when an answer is cut short, or does not go on', async () => {
    await using http = open()
    await using short = await parrot((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'))
    await assert.rejects(text(await http.request({ url: short.url })), withFault('http/cut-short'))
    await using slow = await parrot((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'))
    await assert.rejects(
      async () => text(await http.request({ url: slow.url, timeoutMs: 50 })),
      withFault('http/timeout'),
    )
    await using silent = await parrot(() => {})
    await assert.rejects(http.request({ url: silent.url, timeoutMs: 50 }), withFault('http/timeout'))
    const abort = new AbortController()
    const waiting = http.request({ url: silent.url, signal: abort.signal })
    setTimeout(() => abort.abort(new Error('enough')), 20)
    await assert.rejects(waiting, /enough/)
    const later = new AbortController()
    const reading = text(await http.request({ url: slow.url, signal: later.signal }))
    setTimeout(() => later.abort(new Error('no more')), 20)
    await assert.rejects(reading, /no more/)
  })

  it('does not read what nobody asks for, and closes when the reader leaves', async () => {
    await using http = open()
    let written = 0
    const closed = Promise.withResolvers<void>()
    await using there = await site((_asked, response) => {
      response.on('close', () => closed.resolve())
      const more = (): void => {
        while (written < 64 * MIB) {
          written += MIB
          if (!response.write(new Uint8Array(MIB))) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    const response = await http.request({ url: there.url })
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.ok(written < 32 * MIB, `${written} bytes left the server`)
    for await (const part of response.body) {
      assert.ok(part.length > 0)
      break
    }
    await closed.promise
  })

  it('gives the connection back when an answer is never read', async () => {
    await using http = open()
    const gone = Promise.withResolvers<void>()
    await using there = await parrot((socket) => {
      socket.once('close', () => gone.resolve())
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')
    })
    await http.request({ url: there.url, timeoutMs: 2_000 })
    await gone.promise
  })

  it('keeps to the limit', async () => {
    const root = budgets(clock)
    await using http = open(root)
    await using there = await site((_asked, response) => response.end(new Uint8Array(3 * MIB)))
    const transfer = root.child('transfer')
    transfer.limit({ down: 2 * MIB })
    const start = clock.now()
    const body = await readBody(await http.request({ url: there.url, budget: transfer }), 4 * MIB, () => new Error())
    assert.equal(body.length, 3 * MIB)
    assert.ok(clock.now() - start >= 900)
    assert.equal(root.local.total('down'), 3 * MIB)
  })
})

describe('the http server', () => {
  it('answers, on one connection after another', async () => {
    const root = budgets(clock)
    await using http = open(root)
    await using server = await http.listen({ port: 0 }, async ({ method, target, headers, remote }) => ({
      status: 201,
      headers: { 'x-remote': remote.host, 'x-agent': headers['user-agent'] ?? '' },
      body: Buffer.from(`${method} ${target}`),
    }))
    const url = `http://${HOST}:${server.local.port}/a%20b?c=%00`
    for (let index = 0; index < 2; index++) {
      const response = await http.request({ url, headers: { 'User-Agent': 'x' } })
      assert.equal(response.status, 201)
      assert.equal(response.headers['x-remote'], HOST)
      assert.equal(response.headers['x-agent'], 'x')
      assert.equal(await text(response), 'GET /a%20b?c=%00')
    }
    assert.ok(root.local.total('up') > 30)
    const head = await http.request({ url, method: 'HEAD' })
    assert.equal(head.headers['content-length'], '17')
    assert.equal(await text(head), '')
    const body = await http.request({ url, method: 'POST', body: Uint8Array.of(1) })
    assert.equal(body.status, 413)
  })

  it('turns faults into answers', async () => {
    const { errors, log } = told()
    await using http = open(budgets(clock), log)
    await using server = await http.listen({ port: 0 }, ({ target }) => {
      if (target === '/input') throw fail('input', 'test/nonsense', 'Nonsense')
      if (target === '/busy') throw fail('unavailable', 'test/busy', 'Busy')
      throw new Error('a bug')
    })
    const status = async (path: string): Promise<number> =>
      (await http.request({ url: `http://${HOST}:${server.local.port}${path}` })).status
    assert.equal(await status('/input'), 400)
    assert.equal(await status('/busy'), 503)
    assert.equal(await status('/bug'), 500)
    assert.equal(errors.length, 1)
  })

  it('takes and gives bodies as they come, inside TLS as well', async () => {
    for (const tls of [false, true]) {
      const root = budgets(clock)
      await using http = open(root)
      await using server = await http.listen({ port: 0, bodies: true, tls }, ({ body, secured }) => ({
        status: 200,
        headers: { 'x-version': secured?.version ?? 'none' },
        body,
      }))
      const url = `http${tls ? 's' : ''}://${HOST}:${server.local.port}/echo`
      const parts = async function* (): AsyncGenerator<Uint8Array> {
        for (let index = 0; index < 64; index++) yield new Uint8Array(64 * 1024).fill(index)
      }
      const response = await http.request({ url, method: 'PUT', body: parts(), trust: 'anyone' })
      assert.equal(response.headers['x-version'], tls ? 'TLSv1.3' : 'none')
      const body = await readBody(response, 8 * MIB, () => new Error('too long'))
      assert.equal(body.length, 4 * MIB)
      for (let index = 0; index < 64; index++) assert.equal(body[index * 64 * 1024 + 17], index)
      assert.ok(root.local.total('down') >= 8 * MIB && root.local.total('up') >= 8 * MIB)
      if (tls) await assert.rejects(http.request({ url }), withFault('http/certificate'))
    }
  })

  it('refuses in the middle of a body, and the answer arrives', async () => {
    await using http = open()
    await using server = await http.listen({ port: 0, bodies: true }, () => ({ status: 403, body: Buffer.from('no') }))
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array(64 * 1024)
    }
    const url = `http://${HOST}:${server.local.port}/`
    const response = await http.request({ url, method: 'POST', body: endless() })
    assert.equal(response.status, 403)
    assert.equal(await text(response), 'no')
  })

  it('answers one who sends on and reads late, and then ends the connection', async () => {
    await using http = open()
    await using server = await http.listen({ port: 0, host: HOST }, () => ({ status: 200 }))
    const socket = connect(server.local.port, HOST)
    let said = ''
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    socket.pause()
    socket.write(`POST / HTTP/1.1\r\nhost: ${HOST}\r\ncontent-length: ${100 * MIB}\r\n\r\n`)
    for (let turn = 0; turn < 10; turn++) {
      socket.write(new Uint8Array(64 * 1024))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    socket.on('data', (data) => (said += data.toString('latin1'))).resume()
    socket.on('end', () => socket.destroy())
    await closed
    assert.match(said, /^HTTP\/1\.1 413 /)
  })

  it('has on the disk what is to be kept before it answers', async () => {
    const done: string[] = []
    await using http = open(undefined, undefined, () => void done.push('recorded'))
    await using server = await http.listen({ port: 0, bodies: true }, () => {
      done.push('asked')
      return { status: 200 }
    })
    const url = `http://${HOST}:${server.local.port}/`
    for (const method of ['PUT', 'GET'] as const) {
      await (await fetch(url, { method, ...(method === 'PUT' ? { body: 'kept' } : {}) })).text()
      done.push('told')
    }
    assert.deepEqual(done, ['asked', 'recorded', 'told', 'asked', 'recorded', 'told'])
  })

  it('breaks the connection off where a body breaks off', async () => {
    await using http = open()
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half')
      await new Promise(setImmediate)
      throw new Error('the disk is gone')
    }
    await using server = await http.listen({ port: 0 }, () => ({ status: 200, body: broken() }))
    const response = await http.request({ url: `http://${HOST}:${server.local.port}/` })
    await assert.rejects(text(response), withFault('http/cut-short'))
  })

  it('bounds what it is sent', async () => {
    await using http = open()
    await using server = await http.listen({ port: 0 }, () => ({ status: 200 }))
    const say = async (words: string): Promise<string> => {
      const socket = connect(server.local.port, HOST)
      socket.on('error', () => {})
      socket.write(words)
      let got = ''
      socket.on('data', (data) => (got += data.toString()))
      await once(socket, 'close')
      return got.split('\r\n')[0] ?? ''
    }
    const end = ' HTTP/1.1\r\nhost: x\r\nconnection: close\r\n'
    assert.equal(await say(`GET /${end}\r\n`), 'HTTP/1.1 200 OK')
    assert.equal(await say(`GET /${'x'.repeat(9000)}${end}\r\n`), 'HTTP/1.1 414 URI Too Long')
    assert.match(await say(`GET /${end}y: ${'x'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1.1 431 /)
    assert.match(await say('\0\x01garbage\r\n\r\n'), /^HTTP\/1.1 400 /)
    assert.match(await say(`POST /${end}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`), /^HTTP\/1.1 413 /)
  })

  it('says when the port is taken, and ends its connections', async () => {
    await using http = open()
    const server = await http.listen({ port: 0 }, () => ({ status: 200 }))
    const again = http.listen({ port: server.local.port }, () => ({ status: 200 }))
    await assert.rejects(again, withFault('net/port-taken'))
    const socket = connect(server.local.port, HOST)
    socket.on('error', () => {})
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    await server[Symbol.asyncDispose]()
    await closed
  })
})
