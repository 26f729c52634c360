import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, latin1, utf8 } from '@kith/wire/bytes.ts'
import type { Machine } from '@kith/core/network/machine.ts'
import { HttpProxyTalk } from './http-proxy.ts'
import { ASK_MS, type ProxyAnswers, type ProxyEvent } from './proxy.ts'
import { SocksTalk } from './socks.ts'

interface Seen {
  sent: string
  readonly events: ProxyEvent[]
  closed: string | true | undefined
}

function drain(talk: Machine<ProxyEvent>, seen: Seen = { sent: '', events: [], closed: undefined }): Seen {
  for (let output = talk.poll(); output !== undefined; output = talk.poll()) {
    if (output.kind === 'send') seen.sent += latin1(output.bytes)
    else if (output.kind === 'event') seen.events.push(output.event)
    else seen.closed = output.fault?.code ?? true
  }
  return seen
}

/** Feeds in pieces, as a network would. */
function feed(talk: Machine<ProxyEvent> & ProxyAnswers, bytes: Uint8Array, cuts: readonly number[] = []): Seen {
  const seen = drain(talk)
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((one, other) => one - other)
  for (let index = 1; index < at.length; index++) {
    talk.receive(bytes.slice(at[index - 1], at[index]), 0)
    drain(talk, seen)
  }
  return seen
}

const cuts = fc.array(fc.nat(400), { maxLength: 6 })
const hello = Uint8Array.of(5, 2, 0, 2)
const named = (name: string, port: number): Uint8Array =>
  concat([Uint8Array.of(3, name.length), utf8(name), Uint8Array.of(port >> 8, port & 255)])

test('SOCKS: a program says where it wants to go, in whatever pieces', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('example.org', '203.0.113.1', '2001:db8::5'),
      fc.integer({ min: 1, max: 65_535 }),
      cuts,
      (host, port, at) => {
        const kinds: Record<string, Uint8Array> = {
          '203.0.113.1': Uint8Array.of(1, 203, 0, 113, 1, port >> 8, port & 255),
          '2001:db8::5': Uint8Array.of(
            4,
            0x20,
            1,
            0x0d,
            0xb8,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            5,
            port >> 8,
            port & 255,
          ),
        }
        const talk = new SocksTalk(0)
        const seen = feed(talk, concat([hello, Uint8Array.of(5, 1, 0), kinds[host] ?? named(host, port)]), at)
        assert.deepEqual(seen.events, [{ kind: 'connect', to: { host, port }, rest: new Uint8Array() }])
        assert.equal(seen.sent, '\x05\0')
        talk.connected()
        assert.equal(drain(talk).sent, '\x05\0\0\x01\0\0\0\0\0\0')
        assert.equal(talk.deadline, undefined)
      },
    ),
  )
})

test('SOCKS: what comes behind the question goes along, and refusals have their numbers (RFC 1928 6)', () => {
  const asked = concat([hello, Uint8Array.of(5, 1, 0), named('a.test', 80), utf8('early')])
  const talk = new SocksTalk(0)
  const [event] = feed(talk, asked).events
  assert.equal(event?.kind === 'connect' && latin1(event.rest), 'early')
  talk.refused('refused')
  assert.deepEqual(drain(talk), { sent: '\x05\x02\0\x01\0\0\0\0\0\0', events: [], closed: true })
  const association = new SocksTalk(0)
  const wants = concat([hello, Uint8Array.of(5, 3, 0, 1, 0, 0, 0, 0, 0, 0)])
  assert.deepEqual(feed(association, wants).events, [{ kind: 'associate' }])
  association.associated({ host: '127.0.0.1', port: 0x1234 })
  assert.equal(drain(association).sent, '\x05\0\0\x01\x7f\0\0\x01\x12\x34')
})

test('SOCKS: other versions, passwords, other commands and names that are none are refused', () => {
  const end = (bytes: Uint8Array): Seen => feed(new SocksTalk(0), bytes)
  assert.equal(end(Uint8Array.of(4, 1, 0, 80)).closed, 'neighbours/socks')
  const locked = end(Uint8Array.of(5, 1, 2))
  assert.deepEqual([locked.sent, locked.closed], ['\x05\xff', 'neighbours/socks'])
  const bind = end(concat([hello, Uint8Array.of(5, 2, 0), named('a', 1)]))
  assert.deepEqual([bind.sent, bind.closed], ['\x05\0\x05\x07\0\x01\0\0\0\0\0\0', true])
  assert.equal(end(concat([hello, Uint8Array.of(5, 1, 0), named('a/b', 1)])).closed, 'neighbours/socks')
  assert.equal(end(concat([hello, Uint8Array.of(5, 1, 0, 9)])).closed, 'neighbours/socks')
})

test('HTTP: CONNECT opens a tunnel, in whatever pieces', () => {
  fc.assert(
    fc.property(cuts, (at) => {
      const talk = new HttpProxyTalk(0)
      const seen = feed(
        talk,
        utf8('CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: x\r\nProxy-Authorization: a\r\n\r\n'),
        at,
      )
      assert.deepEqual(seen.events, [
        { kind: 'connect', to: { host: '2001:db8::1', port: 443 }, rest: new Uint8Array() },
      ])
      talk.connected()
      assert.equal(drain(talk).sent, 'HTTP/1.1 200 Connection Established\r\n\r\n')
    }),
  )
})

test('HTTP: a plain request goes to its server as if there were no proxy', () => {
  const asked =
    'POST http://a.test:8080/p?q=1 HTTP/1.1\r\nHost: a.test\r\nProxy-Connection: x\r\nConnection: x\r\nX: y\r\n\r\nbody'
  const [event] = feed(new HttpProxyTalk(0), utf8(asked)).events
  assert.ok(event?.kind === 'connect')
  assert.deepEqual(event.to, { host: 'a.test', port: 8080 })
  assert.equal(latin1(event.rest), 'POST /p?q=1 HTTP/1.1\r\nHost: a.test\r\nX: y\r\nConnection: close\r\n\r\nbody')
  const [bare] = feed(new HttpProxyTalk(0), utf8('GET http://a.test?x HTTP/1.0\r\n\r\n')).events
  assert.ok(bare?.kind === 'connect')
  assert.deepEqual(bare.to, { host: 'a.test', port: 80 })
  assert.equal(latin1(bare.rest), 'GET /?x HTTP/1.0\r\nConnection: close\r\n\r\n')
})

test('HTTP: nonsense, other schemes and endless heads are refused', () => {
  const heads = [
    'GET / HTTP/1.1',
    'GET https://a/ HTTP/1.1',
    'CONNECT a HTTP/1.1',
    'CONNECT a/b:1 HTTP/1.1',
    'x',
    'GET http://u@a/ HTTP/1.1',
  ]
  for (const head of heads) {
    const seen = feed(new HttpProxyTalk(0), utf8(`${head}\r\n\r\n`))
    assert.match(seen.sent, /^HTTP\/1\.1 400 /, head)
    assert.equal(seen.closed, true)
  }
  assert.match(feed(new HttpProxyTalk(0), new Uint8Array(70_000).fill(65)).sent, /^HTTP\/1\.1 431 /)
  const talk = new HttpProxyTalk(0)
  feed(talk, utf8('CONNECT a:1 HTTP/1.1\r\n\r\n'))
  talk.refused('refused')
  assert.match(drain(talk).sent, /^HTTP\/1\.1 403 [^]*Content-Length: \d+\r\nConnection: close\r\n\r\n.+\n$/)
})

test('HTTP: a head of the longest kind arrives byte by byte, one byte more is refused', () => {
  const most = 64 * 1024
  const headOf = (length: number): Uint8Array => {
    const text = 'CONNECT a:1 HTTP/1.1\r\nX: '
    return utf8(`${text.padEnd(length - 4, 'x')}\r\n\r\n`)
  }
  const talk = new HttpProxyTalk(0)
  for (const byte of headOf(most)) talk.receive(Uint8Array.of(byte))
  assert.deepEqual(drain(talk).events, [{ kind: 'connect', to: { host: 'a', port: 1 }, rest: new Uint8Array() }])
  assert.match(feed(new HttpProxyTalk(0), headOf(most + 1)).sent, /^HTTP\/1\.1 431 /)
})

test('who says nothing is not waited for', () => {
  for (const talk of [new SocksTalk(7), new HttpProxyTalk(7)]) {
    talk.tick(7 + ASK_MS - 1)
    assert.equal(drain(talk).closed, undefined)
    talk.tick(7 + ASK_MS)
    assert.equal(drain(talk).closed, 'neighbours/proxy-silent')
  }
})

test('no bytes make them throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), cuts, (bytes, at) => {
      feed(new SocksTalk(0), bytes, at)
      feed(new SocksTalk(0), concat([hello, bytes]), at)
      feed(new HttpProxyTalk(0), bytes, at)
    }),
  )
})
