import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { fail, FaultError, faultOf } from '@kith/core/fault/fault.ts'
import type { Channels, OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { KeyKind } from '@kith/core/network/tls.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { splice } from '@kith/core/network/splice.ts'
import { concat, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { systemClock } from '../clock.ts'
import { localNetwork } from '../net/address.ts'
import { identitySource, makeIdentity } from '../net/identity.ts'
import { openNet } from '../net/open.ts'
import { systemRandom } from '../random.ts'
import { channels } from './channels.ts'

const HOST = '127.0.0.1'
const MIB = 1024 * 1024
const clock = systemClock()
const random = systemRandom()
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

interface Side extends AsyncDisposable {
  readonly channels: Channels
  readonly budget: Budget
  readonly fingerprint: Uint8Array
  readonly at: { readonly host: string; readonly port: number }
}

async function side(kind: KeyKind = 'Ed25519', record: () => void = () => {}): Promise<Side> {
  const budget = budgets(clock)
  const identity = identitySource(() => makeIdentity(clock, random, kind))
  const net = await openNet({ clock, random, budget, log, port: 0, bind: HOST, identity })
  return {
    budget,
    channels: channels({ clock, log, net, budget, identity, isLocal: localNetwork(), record }),
    fingerprint: net.fingerprint,
    at: { host: HOST, port: net.port },
    [Symbol.asyncDispose]: () => net[Symbol.asyncDispose](),
  }
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part.slice())
  return concat(parts)
}

async function eventually(test: () => boolean): Promise<void> {
  for (let tries = 0; tries < 6000; tries++) {
    if (test()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('it never came true')
}

const withFault =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof FaultError && error.fault.code === code

describe('channels', () => {
  it('are given up at once after they were dialled, and nothing breaks', async () => {
    await using one = await side()
    await using other = await side()
    await using _other = await other.channels.listen({}, () => ({ status: 200 }))
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    {
      using channel = await one.channels.dial(other.at, other.fingerprint)
      channel.ended(resolve)
    }
    await ended
  })

  for (const [mine, theirs] of [
    ['Ed25519', 'Ed25519'],
    ['P-256', 'Ed25519'],
    ['Ed25519', 'P-256'],
    ['P-256', 'P-256'],
  ] as const)
    it(`carry questions both ways from ${mine} to ${theirs}, and each side knows who asks`, async () => {
      await using one = await side(mine)
      await using other = await side(theirs)
      const echo =
        (name: string) =>
        async (question: PeerQuestion): Promise<OurAnswer> => ({
          status: 201,
          body: utf8(
            `${name} ${question.method} ${question.target} ${question.fingerprint?.toHex()} ${Buffer.from(await question.body(100)).toString()}`,
          ),
        })
      await using _one = await one.channels.listen({}, echo('one'))
      await using _other = await other.channels.listen({}, echo('other'))
      using there = await one.channels.dial(other.at, other.fingerprint)
      using back = await other.channels.dial(one.at, undefined)
      assert.deepEqual(back.fingerprint, one.fingerprint)
      const [first, second] = await Promise.all([
        there.ask({ method: 'POST', target: '/a?b', body: utf8('hello') }),
        back.ask({ method: 'GET', target: '/c' }),
      ])
      assert.equal(first.status, 201)
      assert.equal(Buffer.from(await whole(first.body)).toString(), `other POST /a?b ${one.fingerprint.toHex()} hello`)
      assert.equal(Buffer.from(await whole(second.body)).toString(), `one GET /c ${other.fingerprint.toHex()} `)
    })

  it('have on the disk what is to be kept before they answer', async () => {
    const done: string[] = []
    await using one = await side()
    await using other = await side('Ed25519', () => void done.push('recorded'))
    await using _listening = await other.channels.listen({}, ({ target }) => {
      done.push(`asked ${target}`)
      return { status: 200, ...(target === '/tunnel' ? { tunnel: (tunnel: Connection) => tunnel.close() } : {}) }
    })
    using there = await one.channels.dial(other.at, other.fingerprint)
    for (const target of ['/yes', '/tunnel']) {
      await whole((await there.ask({ method: 'POST', target })).body)
      done.push('told')
    }
    assert.deepEqual(done, ['asked /yes', 'recorded', 'told', 'asked /tunnel', 'recorded', 'told'])
  })

  it('carry long questions as they are made, at the pace of who reads them', async () => {
    await using one = await side()
    await using other = await side()
    const bytes = randomBytes(3 * MIB + 5)
    let read = 0
    const may = Promise.withResolvers<void>()
    await using _listening = await other.channels.listen({}, async (question) => {
      const parts: Uint8Array[] = []
      for await (const part of question.parts()) {
        parts.push(part.slice())
        read += part.length
        await may.promise
      }
      return { status: 200, body: concat(parts) }
    })
    using there = await one.channels.dial(other.at, other.fingerprint)
    let made = 0
    const body = (async function* () {
      for (let at = 0; at < 64 * MIB; at += MIB) {
        made += MIB
        yield at === 0 ? bytes : new Uint8Array(MIB)
      }
    })()
    const asked = there.ask({ method: 'POST', target: '/', body })
    await eventually(() => read > 0)
    let before
    do {
      before = made
      await new Promise((resolve) => setTimeout(resolve, 300))
    } while (made > before)
    assert.ok(made < 32 * MIB, `${made} bytes were made before anybody read them`)
    may.resolve()
    const answer = await whole((await asked).body)
    assert.equal(answer.length, 63 * MIB + bytes.length)
    assert.deepEqual(Buffer.from(answer.subarray(0, bytes.length)), bytes)
  })

  it('answer a question without end, and a question that breaks off is not whole', async () => {
    await using one = await side()
    await using other = await side()
    const broken = Promise.withResolvers<unknown>()
    await using _listening = await other.channels.listen({}, async (question) => {
      if (question.target === '/enough') {
        for await (const _ of question.parts()) break
        return { status: 413, body: new Uint8Array(2 * MIB).fill(7) }
      }
      try {
        for await (const _ of question.parts()) read.resolve()
        broken.resolve('whole')
      } catch (error) {
        broken.resolve(error)
      }
      return { status: 200 }
    })
    const read = Promise.withResolvers<void>()
    using there = await one.channels.dial(other.at, other.fingerprint)
    let left = false
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(100_000)
      } finally {
        left = true
      }
    }
    const answer = await there.ask({ method: 'POST', target: '/enough', body: endless() })
    assert.equal(answer.status, 413)
    assert.equal((await whole(answer.body)).length, 2 * MIB)
    await eventually(() => left)
    const paper = fail('local', 'disk/gone', 'No more')
    const breaking = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1000)
      await read.promise
      throw paper
    }
    await assert.rejects(there.ask({ method: 'POST', target: '/', body: breaking() }), paper)
    assert.equal(faultOf(await broken.promise).code, 'channel/ended')
  })

  it('do not open to somebody else', async () => {
    await using one = await side()
    await using other = await side()
    await using _listening = await other.channels.listen({}, () => ({ status: 200 }))
    await assert.rejects(one.channels.dial(other.at, one.fingerprint), withFault('net/certificate'))
    await eventually(() => one.budget.local.seats.taken === 0)
  })

  it('carry long bodies whole, counted on the budget that is named, and give their seat back', async () => {
    await using one = await side()
    await using other = await side()
    const bytes = randomBytes(5 * MIB + 7)
    await using _listening = await other.channels.listen({}, () => ({
      status: 200,
      body: (async function* () {
        for (let at = 0; at < bytes.length; at += MIB) yield bytes.subarray(at, at + MIB)
      })(),
    }))
    const transfer = one.budget.child('transfer')
    {
      using there = await one.channels.dial(other.at, other.fingerprint)
      const { body } = await there.ask({ method: 'GET', target: '/', budget: transfer })
      assert.deepEqual(Buffer.from(await whole(body)), bytes)
      assert.equal(transfer.total('down'), bytes.length)
      assert.ok(other.budget.local.total('up') >= bytes.length)
    }
    await eventually(() => one.budget.local.seats.taken + other.budget.local.seats.taken === 0)
  })

  it('do not take an answer that breaks off for a whole one', async () => {
    await using one = await side()
    const other = await side()
    await other.channels.listen({}, () => ({
      status: 200,
      body: (async function* () {
        yield randomBytes(MIB)
        await new Promise(() => {})
      })(),
    }))
    using there = await one.channels.dial(other.at, other.fingerprint)
    const { body } = await there.ask({ method: 'GET', target: '/' })
    let had = 0
    await assert.rejects(async () => {
      for await (const part of body) {
        had += part.length
        if (had === MIB) await other[Symbol.asyncDispose]()
      }
    }, withFault('channel/ended'))
    assert.equal(had, MIB)
  })

  it('say that they ended, and refuse bodies that are too long', async () => {
    await using one = await side()
    const other = await side()
    await other.channels.listen({}, async (question) => {
      if (question.target === '/wait') await new Promise(() => {})
      return { status: 200, body: await question.body(10) }
    })
    using there = await one.channels.dial(other.at, other.fingerprint)
    const tooLong = there.ask({ method: 'POST', target: '/', body: new Uint8Array(11) })
    await assert.rejects(tooLong, withFault('channel/ended'))
    const abort = new AbortController()
    const waiting = there.ask({ method: 'GET', target: '/wait', signal: abort.signal })
    abort.abort(new Error('enough'))
    await assert.rejects(waiting, /enough/)
    await assert.rejects(there.ask({ method: 'GET', target: '/wait', timeoutMs: 50 }), withFault('channel/ended'))
    const ended = new Promise<void>((resolve) => there.ended(resolve))
    const left = assert.rejects(there.ask({ method: 'GET', target: '/wait' }), withFault('channel/ended'))
    await other[Symbol.asyncDispose]()
    await Promise.all([ended, left])
    assert.equal(there.open, false)
    await assert.rejects(there.ask({ method: 'GET', target: '/' }), withFault('channel/ended'))
  })

  it('carry tunnels: bytes both ways, with the pace of who reads, and an orderly end', async () => {
    await using one = await side()
    await using other = await side()
    await using _listening = await other.channels.listen({}, ({ target }) =>
      target === '/echo'
        ? {
            status: 200,
            tunnel: (connection) =>
              connection.open({ receive: (bytes) => connection.send(bytes.slice()), ended: () => connection.close() }),
          }
        : { status: 403 },
    )
    using there = await one.channels.dial(other.at, other.fingerprint)
    await assert.rejects(there.tunnel('/other'), withFault('channel/refused'))
    const connection = await there.tunnel('/echo')
    const bytes = randomBytes(20 * MIB)
    const back: Uint8Array[] = []
    let length = 0
    const whole20 = new Promise<void>((resolve) => {
      connection.open({
        receive(part) {
          back.push(part.slice())
          length += part.length
          connection.pause()
          setImmediate(() => connection.resume())
          if (length === bytes.length) resolve()
        },
        ended() {},
      })
    })
    for (let at = 0; at < bytes.length; at += MIB) connection.send(bytes.subarray(at, at + MIB))
    await whole20
    assert.deepEqual(Buffer.from(concat(back)), bytes)
    assert.equal(one.budget.local.total('up'), bytes.length)
    const second = await there.tunnel('/echo')
    const ended = new Promise<unknown>((resolve) => second.open({ receive() {}, ended: resolve }))
    second.send(utf8('last'))
    second.close()
    assert.equal(await ended, undefined)
    assert.equal(there.open, true)
  })
})

it('a channel runs inside a tunnel of another, and whoever passes it on sees nothing of it', async () => {
  await using ann = await side()
  await using bob = await side()
  await using relay = await side()
  const secret = 'nobody but bob reads this'
  const passed: Uint8Array[] = []
  const calls: Connection[] = []
  await using _relaying = await relay.channels.listen({}, ({ target }) => ({
    status: 200,
    tunnel: (line) => {
      calls.push(line)
      if (target === '/call') return
      splice(clock, calls[0]!, listened(line, passed))
    },
  }))
  const far = await bob.channels.dial(relay.at, relay.fingerprint)
  const near = await ann.channels.dial(relay.at, relay.fingerprint)
  const line = await near.tunnel('/call')
  const heard: (Uint8Array | undefined)[] = []
  const answering = bob.channels.accept(await far.tunnel('/take'), async (question) => {
    heard.push(question.fingerprint)
    assert.equal(question.remote.host, '')
    return { status: 200, body: await question.body(1_000) }
  })
  using channel = await ann.channels.dial(line, bob.fingerprint)
  await answering
  const answer = await channel.ask({ method: 'POST', target: '/', body: utf8(secret) })
  assert.equal(lossyText(await whole(answer.body)), secret)
  assert.deepEqual(heard[0], ann.fingerprint)
  assert.deepEqual(channel.fingerprint, bob.fingerprint)
  const seen = concat(passed)
  assert.ok(seen.length > 500 && !lossyText(seen).includes(secret.slice(0, 8)))
  near[Symbol.dispose]()
  far[Symbol.dispose]()
})

it('a channel takes new tunnels while many others wait for slow readers', async () => {
  await using one = await side()
  await using other = await side()
  const calls: Connection[] = []
  await using _listening = await other.channels.listen({}, () => ({
    status: 200,
    tunnel: (line) => {
      calls.push(line)
      // More than a stream's window holds, so that some of it waits with the sender.
      line.send(new Uint8Array(9 * MIB))
    },
  }))
  using there = await one.channels.dial(other.at, other.fingerprint)
  for (let index = 0; index < 24; index++) await there.tunnel('/')
  await eventually(() => calls.every(({ pending }) => pending > 0))
  const last = await there.tunnel('/')
  let taken = 0
  last.open({ receive: (bytes) => void (taken += bytes.length), ended() {} })
  await eventually(() => taken === 9 * MIB)
})

it('a tunnel that is finished in one direction goes on in the other', async () => {
  await using one = await side()
  await using other = await side()
  await using _listening = await other.channels.listen({}, () => ({
    status: 200,
    tunnel(line) {
      let asked = 0
      line.open({
        receive: (bytes) => void (asked += bytes.length),
        finished() {
          line.send(new Uint8Array(asked))
          line.finish()
        },
        ended() {},
      })
    },
  }))
  using there = await one.channels.dial(other.at, other.fingerprint)
  const line = await there.tunnel('/')
  let got = 0
  const ended = new Promise<unknown>((resolve) =>
    line.open({ receive: (bytes) => void (got += bytes.length), ended: resolve }),
  )
  line.send(new Uint8Array(2 * MIB))
  line.finish()
  assert.equal(await ended, undefined)
  assert.equal(got, 2 * MIB)
})

/** The same line, and what is sent on it. */
function listened(line: Connection, into: Uint8Array[]): Connection {
  return new Proxy(line, {
    get(of, key) {
      const member: unknown = Reflect.get(of, key, of)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        if (key === 'send') into.push((args[0] as Uint8Array).slice())
        return Reflect.apply(member, of, args)
      }
    },
  })
}

it('a line that leads to somebody else is refused', async () => {
  await using ann = await side()
  await using bob = await side()
  await using relay = await side()
  const calls: Connection[] = []
  await using _relaying = await relay.channels.listen({}, ({ target }) => ({
    status: 200,
    tunnel: (line) => {
      calls.push(line)
      if (target === '/take') splice(clock, calls[0]!, line)
    },
  }))
  using far = await bob.channels.dial(relay.at, relay.fingerprint)
  using near = await ann.channels.dial(relay.at, relay.fingerprint)
  const line = await near.tunnel('/call')
  void bob.channels.accept(await far.tunnel('/take'), () => ({ status: 200 })).catch(() => {})
  await assert.rejects(ann.channels.dial(line, relay.fingerprint), /not who it should be/)
})
