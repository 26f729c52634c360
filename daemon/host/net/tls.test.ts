import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, connect as connectPlain, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { after, before, describe, it } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Connection, Net } from '@kith/core/network/net.ts'
import type { KeyKind } from '@kith/core/network/tls.ts'
import { systemClock } from '../clock.ts'
import { systemRandom } from '../random.ts'
import { acceptedByAll, identitySource, type IdentitySource, keptIdentity, makeIdentity } from './identity.ts'
import { openNet, type OpenNet } from './open.ts'

const HOST = '127.0.0.1'
const MIB = 1024 * 1024
const clock = systemClock()
const random = systemRandom()
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

function open(root = budgets(clock), kind: KeyKind = 'P-256'): Promise<OpenNet> {
  const identity = identitySource(() => makeIdentity(clock, random, kind))
  return openNet({ clock, random, budget: root, log, port: 0, bind: HOST, identity })
}

const withFault =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof FaultError && error.fault.code === code

/** Everything that a connection says, and its end. */
interface Heard {
  text: string
  bytes: number
  readonly ended: Promise<string | undefined>
}

function hear(connection: Connection): Heard {
  const end = Promise.withResolvers<string | undefined>()
  const heard: Heard = { text: '', bytes: 0, ended: end.promise }
  connection.open({
    receive(bytes) {
      heard.bytes += bytes.length
      if (heard.text.length < 10_000) heard.text += Buffer.from(bytes).toString('latin1')
    },
    ended: (fault) => end.resolve(fault?.code),
  })
  return heard
}

async function eventually(test: () => boolean): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (test()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it never came true')
}

/** What connects to a net and begins with a word. */
async function guest(net: Net, word: string, tls: Parameters<Net['listen']>[0]['tls']): Promise<Connection[]> {
  const arrived: Connection[] = []
  await net.listen({
    ...(tls === undefined ? {} : { tls }),
    recognise(head) {
      const got = Buffer.from(head).toString('latin1', 0, word.length)
      return word.startsWith(got) ? (got.length === word.length ? true : undefined) : false
    },
    accept: (connection) => void arrived.push(connection),
  })
  return arrived
}

interface Program {
  readonly said: () => string
  write(text: string): void
  end(): Promise<void>
}

function openssl(...args: readonly string[]): Program {
  const child = spawn('openssl', args, { stdio: 'pipe' })
  let said = ''
  const keep = (data: Buffer): void => void (said += data.toString('latin1'))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.stdin.on('error', () => {})
  return {
    said: () => said,
    write: (text) => void child.stdin.write(text),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

describe('TLS between two of ours', () => {
  it('shows both fingerprints, agrees on a protocol and carries what is said', async () => {
    await using net = await open()
    const arrived = await guest(net, 'hello', { plain: false, alpn: ['kith'], client: 'required', minimum: 'TLSv1.3' })
    const here = await net.connect(
      { host: HOST, port: net.port },
      { tls: { trust: { kind: 'pinned', fingerprints: [net.fingerprint] }, alpn: ['other', 'kith'] } },
    )
    const answers = hear(here)
    assert.deepEqual(here.secured, { version: 'TLSv1.3', alpn: 'kith', fingerprint: net.fingerprint })
    here.send(Buffer.from('hello, you'))
    await eventually(() => arrived.length === 1)
    const there = arrived[0]!
    assert.deepEqual(there.secured, { version: 'TLSv1.3', alpn: 'kith', fingerprint: net.fingerprint })
    assert.equal(there.incoming, true)
    const heard = hear(there)
    await eventually(() => heard.text === 'hello, you')
    there.send(Buffer.from('and you'))
    there.close()
    assert.equal(await answers.ended, undefined)
    assert.equal(answers.text, 'and you')
    assert.equal(await heard.ended, undefined)
  })

  for (const taker of ['who dialled', 'who accepted'] as const) {
    it(`gives ${taker} every byte in order, and the end after them, however often they stop reading`, async () => {
      await using net = await open()
      const arrived = await guest(net, 'hello', { plain: false, client: 'ignored' })
      const dialled = await net.connect({ host: HOST, port: net.port }, { tls: { trust: { kind: 'anyone' } } })
      dialled.send(Buffer.from('hello'))
      await eventually(() => arrived.length === 1)
      const [from, to] = taker === 'who dialled' ? [arrived[0]!, dialled] : [dialled, arrived[0]!]
      if (from === dialled) {
        // Whoever takes reads what told the protocols apart first.
        await new Promise<void>((resolve) => to.open({ receive: () => resolve(), ended() {} }))
      } else from.open({ receive() {}, ended() {} })
      const sent = random.bytes(3 * MIB)
      const got: Uint8Array[] = []
      let paused = false
      let early = 0
      const ended = new Promise<void>((resolve) => {
        to.open({
          receive(bytes) {
            if (paused) early++
            got.push(bytes.slice())
            paused = true
            to.pause()
            setImmediate(() => {
              paused = false
              to.resume()
            })
          },
          ended: () => resolve(),
        })
      })
      if (from === dialled) from.open({ receive() {}, ended() {} })
      for (let at = 0; at < sent.length; at += 100_000) from.send(sent.subarray(at, at + 100_000))
      from.close()
      await ended
      assert.equal(early, 0, 'nothing comes while they do not read')
      assert.deepEqual(Buffer.concat(got).equals(sent), true)
    })
  }

  it('has another identity on every network, and the same after a restart', async () => {
    await using net = await open()
    const kept = new Map<string, Uint8Array>()
    const secrets = {
      get: (name: string) => kept.get(name),
      set: (name: string, value: Uint8Array | undefined) => void (value ? kept.set(name, value) : kept.delete(name)),
    }
    const one = keptIdentity(secrets, 'one', clock, random)().fingerprint
    const other = keptIdentity(secrets, 'other', clock, random)().fingerprint
    assert.notDeepEqual(one, other)
    assert.deepEqual(keptIdentity(secrets, 'one', clock, random)().fingerprint, one)
    kept.set('one key', kept.get('other key')!)
    assert.notDeepEqual(keptIdentity(secrets, 'one', clock, random)().fingerprint, one)
    const root = budgets(clock)
    const within = net.within(root, keptIdentity(secrets, 'other', clock, random))
    assert.deepEqual(within.fingerprint, other)
    assert.notDeepEqual(net.fingerprint, other)
  })

  it('keeps a key of another kind than is wanted now, and shows one on P-256 to those who want that', () => {
    const kept = new Map<string, Uint8Array>()
    const secrets = {
      get: (name: string) => kept.get(name),
      set: (name: string, value: Uint8Array | undefined) => void (value ? kept.set(name, value) : kept.delete(name)),
    }
    const of = (name: string, kind?: KeyKind): IdentitySource => keptIdentity(secrets, name, clock, random, kind)
    const old = of('old')()
    assert.equal(old.kind, 'P-256')
    assert.deepEqual(of('old', 'Ed25519')().fingerprint, old.fingerprint)
    const fresh = of('fresh', 'Ed25519')()
    assert.equal(fresh.kind, 'Ed25519')
    assert.deepEqual(of('fresh')().fingerprint, fresh.fingerprint)
    assert.deepEqual(acceptedByAll(of('old', 'Ed25519'), of('old http'))().fingerprint, old.fingerprint)
    assert.deepEqual([...kept.keys()].toSorted(), ['fresh certificate', 'fresh key', 'old certificate', 'old key'])
    const shown = acceptedByAll(of('fresh', 'Ed25519'), of('fresh http'))
    assert.equal(shown().kind, 'P-256')
    assert.notDeepEqual(shown().fingerprint, fresh.fingerprint)
    assert.deepEqual(of('fresh http')().fingerprint, shown().fingerprint, 'it is kept')
  })

  it('does not believe another certificate, and gives its place back', async () => {
    const root = budgets(clock)
    await using net = await open(root)
    await guest(net, 'hello', { plain: true, client: 'ignored' })
    const to = { host: HOST, port: net.port }
    const stranger = new Uint8Array(32)
    await assert.rejects(
      net.connect(to, { tls: { trust: { kind: 'pinned', fingerprints: [stranger] } } }),
      withFault('net/certificate'),
    )
    await assert.rejects(
      net.connect(to, { tls: { trust: { kind: 'authorities' }, name: 'kith.example' } }),
      withFault('net/certificate'),
    )
    await eventually(() => root.local.seats.taken === 0)
  })

  it('refuses who shows no certificate where one is required', async () => {
    const root = budgets(clock)
    await using net = await open(root)
    const arrived = await guest(net, '', { plain: false, client: 'required' })
    const client = openssl('s_client', '-connect', `${HOST}:${net.port}`, '-quiet')
    await eventually(() => root.local.seats.taken === 0 && client.said().length > 0)
    assert.equal(arrived.length, 0)
    await client.end()
  })

  it('leaves from one port to two places, and lets the other side greet', async () => {
    await using net = await open()
    await using other = await open()
    await guest(net, 'x', { plain: true, client: 'ignored' })
    const first = await net.connect({ host: HOST, port: net.port }, { localPort: 0 })
    const { port } = first.local
    // Who accepts here greets at once, as a client does.
    const listener = createServer().listen(0, HOST)
    await once(listener, 'listening')
    const arrived = once(listener, 'connection') as Promise<[Socket]>
    const at = { host: HOST, port: (listener.address() as { port: number }).port }
    const meeting = other.connect(at, { localPort: port, tls: { trust: { kind: 'anyone' }, greeted: true } })
    const [socket] = await arrived
    assert.equal(socket.remotePort, port)
    const inside = connectTls({ socket, rejectUnauthorized: false })
    const here = await meeting
    assert.equal(here.local.port, port)
    const heard = hear(here)
    inside.write('hello')
    await eventually(() => heard.text === 'hello')
    inside.destroy()
    listener.close()
    first.close()
  })

  it('is metered like any connection', async () => {
    const root = budgets(clock)
    await using net = await open(root)
    const network = root.child('network')
    const own = net.within(network)
    const arrived = await guest(own, 'x', { plain: true, client: 'asked' })
    const here = await own.connect({ host: HOST, port: net.port }, { tls: { trust: { kind: 'anyone' } } })
    hear(here)
    here.send(Buffer.alloc(3 * MIB, 'x'))
    await eventually(() => arrived.length === 1)
    const there = arrived[0]!
    there.pause()
    const heard = hear(there)
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(heard.bytes, 0, 'nothing is given while it is paused')
    there.resume()
    await eventually(() => heard.bytes === 3 * MIB)
    // What came before the network was known is counted above it.
    assert.ok(network.total('down') > 2 * MIB)
    assert.equal(network.total('up'), 3 * MIB)
    here.close({ kind: 'gone', code: 'test/over', message: 'over' })
    await heard.ended
    await eventually(() => network.seats.taken === 0)
  })

  it('keeps to a limit', async () => {
    const root = budgets(clock)
    await using net = await open(root)
    root.local.limit({ down: 1000 * 1000 })
    const arrived = await guest(net, 'x', { plain: true, client: 'ignored' })
    const here = await net.connect({ host: HOST, port: net.port }, { tls: { trust: { kind: 'anyone' } } })
    hear(here)
    here.send(Buffer.alloc(30 * MIB, 'x'))
    await eventually(() => arrived.length === 1)
    const begun = clock.now()
    const heard = hear(arrived[0]!)
    await eventually(() => heard.bytes > 0)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const seconds = (clock.now() - begun) / 1000
    assert.ok(heard.bytes < (9 + seconds) * MIB, `${heard.bytes} bytes came in ${seconds} s at 1 MB/s`)
  })

  it('shares the port with plain conversations, and ALPN tells two inner ones apart', async () => {
    await using net = await open()
    const plain = await guest(net, 'plain', undefined)
    const both = await guest(net, 'both', { plain: true, client: 'ignored' })
    const named = await guest(net, 'both', { plain: false, alpn: ['named'], client: 'ignored' })
    const to = { host: HOST, port: net.port }
    const say = async (text: string, tls: boolean, alpn?: string): Promise<void> => {
      const trust = { kind: 'anyone' } as const
      const how = tls ? { tls: alpn === undefined ? { trust } : { trust, alpn: [alpn] } } : {}
      const connection = await net.connect(to, how)
      hear(connection)
      connection.send(Buffer.from(text))
    }
    await say('plain', false)
    await say('both', false)
    await eventually(() => plain.length === 1 && both.length === 1)
    await say('both', true)
    await say('both', true, 'unheard of')
    await eventually(() => both.length === 3)
    await say('both', true, 'named')
    await eventually(() => named.length === 1)
    assert.equal(both.length, 3)
    assert.equal(plain.length, 1)
  })

  it('hands nothing to a network that has left while TLS was settled', async () => {
    await using one = await open()
    await using other = await open()
    const staying = await guest(one, 'plain', undefined)
    const arrived: Connection[] = []
    const leaving = await one.listen({
      tls: { plain: false, client: 'asked', alpn: ['x'] },
      recognise: () => true,
      accept: (connection) => void arrived.push(connection),
    })
    // Lets the greeting through, and the client's last word only once the network has left.
    const between = createServer((near) => {
      const far = connectPlain(one.port, HOST)
      near.once('data', (greeting) => {
        far.write(greeting)
        near.pause()
        far.once('data', () => void leaving[Symbol.asyncDispose]().then(() => near.pipe(far)))
      })
      far.pipe(near)
      for (const socket of [near, far]) socket.on('error', () => {})
    })
    between.listen(0, HOST)
    await once(between, 'listening')
    const { port } = between.address() as AddressInfo
    const tls = { trust: { kind: 'anyone' }, alpn: ['x'] } as const
    const dialled = await other.connect({ host: HOST, port }, { tls })
    await hear(dialled).ended
    assert.deepEqual([arrived.length, staying.length], [0, 0])
    between.close()
  })

  it('turns away what only looks like a greeting', async () => {
    const root = budgets(clock)
    await using net = await open(root)
    await guest(net, 'x', { plain: true, client: 'ignored' })
    for (const bytes of ['1603010005ffffffffff', '16030100050100000100', `160303400001003ff0${'00'.repeat(16_380)}`]) {
      const socket = connectPlain(net.port, HOST)
      socket.on('error', () => {})
      socket.write(Buffer.from(bytes, 'hex'))
      if (bytes === '16030100050100000100') socket.end()
      socket.resume()
      await once(socket, 'close')
    }
    await eventually(() => root.local.seats.taken === 0)
  })

  it('gives up on a side that never answers, or does not speak TLS', async () => {
    const root = budgets(clock)
    await using net = await open(root)
    const silent = createServer((socket) => void socket.on('error', () => {}).resume()).listen(0, HOST)
    const chatty = createServer((socket) => void socket.on('error', () => {}).end('220 welcome to something else\r\n'))
    chatty.listen(0, HOST)
    await Promise.all([once(silent, 'listening'), once(chatty, 'listening')])
    const portOf = (server: typeof silent): number => (server.address() as { port: number }).port
    const tls = { trust: { kind: 'anyone' } } as const
    await assert.rejects(
      net.connect({ host: HOST, port: portOf(silent) }, { tls, timeoutMs: 100 }),
      withFault('net/timeout'),
    )
    await assert.rejects(net.connect({ host: HOST, port: portOf(chatty) }, { tls }), withFault('net/tls'))
    const abort = new AbortController()
    const waiting = net.connect({ host: HOST, port: portOf(silent) }, { tls, signal: abort.signal })
    await new Promise((resolve) => setTimeout(resolve, 50))
    abort.abort(new Error('enough'))
    await assert.rejects(waiting, /enough/)
    await eventually(() => root.local.seats.taken === 0)
    silent.close()
    chatty.close()
  })
})

for (const kind of ['P-256', 'Ed25519'] as const)
  describe(`TLS with OpenSSL on ${kind}`, () => {
    let folder = ''
    let pem = ''
    const theirs = makeIdentity(clock, random, kind)
    const fingerprint = identitySource(() => theirs)().fingerprint

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'kith-tls-'))
      pem = join(folder, 'both.pem')
      const key = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(theirs.key).toString('base64')}\n-----END PRIVATE KEY-----\n`
      await writeFile(pem, key + new X509Certificate(theirs.certificate).toString())
    })
    after(() => rm(folder, { recursive: true }))

    for (const version of ['1.2', '1.3'] as const) {
      const flag = `-tls${version.replace('.', '_')}`

      it(`answers s_client in TLS ${version}, which verifies our certificate`, async () => {
        await using net = await open(undefined, kind)
        const arrived = await guest(net, 'good day', { plain: true, alpn: ['kith'], client: 'asked' })
        const to = `${HOST}:${net.port}`
        const client = openssl(
          's_client',
          '-connect',
          to,
          flag,
          '-alpn',
          'kith',
          '-cert',
          pem,
          '-key',
          pem,
          '-showcerts',
        )
        client.write('good day\n')
        await eventually(() => arrived.length === 1)
        const heard = hear(arrived[0]!)
        arrived[0]!.send(Buffer.from('and a good evening\n'))
        await eventually(() => client.said().includes('and a good evening'))
        assert.equal(heard.text, 'good day\n')
        assert.deepEqual(arrived[0]!.secured, { version: `TLSv${version}`, alpn: 'kith', fingerprint })
        const said = client.said()
        assert.match(said, /ALPN protocol: kith/)
        const [shown] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(said) ?? []
        const { raw, publicKey } = new X509Certificate(shown!)
        assert.equal(publicKey.asymmetricKeyType, kind === 'Ed25519' ? 'ed25519' : 'ec')
        assert.equal(createHash('sha256').update(raw).digest('hex'), net.fingerprint.toHex())
        // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, and nothing worse.
        assert.match(said, /Verify return code: 18 |verify error:num=18:/)
        await client.end()
      })

      it(`dials s_server in TLS ${version}`, async () => {
        await using net = await open(undefined, kind)
        const server = openssl('s_server', '-accept', `${HOST}:0`, flag, '-cert', pem, '-key', pem, '-Verify', '1')
        const accepts = /ACCEPT [\d.]+:(\d+)\s/
        await eventually(() => accepts.test(server.said()))
        const port = Number(accepts.exec(server.said())![1])
        const connection = await net.connect(
          { host: HOST, port },
          { tls: { trust: { kind: 'pinned', fingerprints: [fingerprint] }, name: 'kith.example' } },
        )
        assert.deepEqual(connection.secured, { version: `TLSv${version}`, fingerprint })
        const heard = hear(connection)
        connection.send(Buffer.from('hello from here\n'))
        await eventually(() => server.said().includes('hello from here'))
        assert.match(server.said(), /CN = Kith/)
        server.write('hello from there\n')
        await eventually(() => heard.text.includes('hello from there'))
        await server.end()
        await heard.ended
      })
    }
  })
