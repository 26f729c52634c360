import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Connection, Endpoint } from '@kith/core/network/net.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { InternetTerms } from '@kith/core/offer/internet.ts'
import { placePath } from '../wire/internet.ts'
import { Lender } from './lender.ts'

const terms: InternetTerms = { allowed: [], refused: [], home: false, whole: false }
const friend = 'ab'.repeat(32)

interface Lent extends AsyncDisposable {
  readonly lender: Lender
  readonly dialled: Endpoint[]
  readonly asked: string[]
  to(host: string): Promise<OurAnswer | undefined>
}

/** A lender whose names answer what the test says, one after another. */
function lent(
  names: Readonly<Record<string, readonly (readonly string[])[]>>,
  outside: () => Promise<Connection> = () => Promise.reject(new Error('nobody is there')),
): Lent {
  const clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) }
  const dialled: Endpoint[] = []
  const asked: string[] = []
  const host = {
    clock,
    keep: { get: () => undefined, set() {} },
    budget: budgets(clock),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    journal: { tell() {} },
    names: {
      async resolve(name: string) {
        asked.push(name)
        const answers = names[name] ?? [[name]]
        return answers[Math.min(asked.filter((one) => one === name).length, answers.length) - 1]!
      },
    },
    net: {
      isOwn: (address: string) => address === '198.51.100.9' || address.startsWith('127.'),
      attached: () => [{ host: '198.51.100.9', prefix: 24 }],
      async connect(at: Endpoint) {
        dialled.push(at)
        return outside()
      },
    },
  } as unknown as Host
  const lender = new Lender(host, 'self')
  lender.lend(true)
  lender.grant(friend, terms)
  return {
    lender,
    dialled,
    asked,
    to: (name) =>
      lender.answer(friend, {
        method: 'POST',
        target: `/internet/tcp/${placePath({ host: name, port: 80 })}`,
        signal: new AbortController().signal,
      } as unknown as PeerQuestion),
    [Symbol.asyncDispose]: () => lender[Symbol.asyncDispose](),
  }
}

test('a name that answers otherwise the second time leads nowhere else: what is dialled is what was looked at', async () => {
  await using world = lent({ 'rebind.test': [['203.0.113.7'], ['127.0.0.1'], ['198.51.100.1']] })
  assert.equal((await world.to('rebind.test'))?.status, 503)
  assert.deepEqual(world.dialled, [{ host: '203.0.113.7', port: 80 }])
  assert.deepEqual(world.asked, ['rebind.test'])
  // The next time it is the lender's own machine, and then a neighbour of it.
  assert.equal((await world.to('rebind.test'))?.status, 403)
  assert.equal((await world.to('rebind.test'))?.status, 403)
  assert.equal(world.dialled.length, 1)
})

test('of several addresses of one name only those are dialled that may be', async () => {
  await using world = lent({ 'mixed.test': [['127.0.0.1', '203.0.113.7', '::1', '10.0.0.1', '::ffff:7f00:1']] })
  await world.to('mixed.test')
  assert.deepEqual(
    world.dialled.map(({ host }) => host),
    ['203.0.113.7'],
  )
})

test('the lender’s own machine is reached by no way of writing it', async () => {
  await using world = lent({})
  const own = ['127.0.0.1', '127.1.2.3', '0.0.0.0', '198.51.100.9', '::1', '::', '::ffff:127.0.0.1', '::ffff:7f00:1']
  const more = ['::ffff:198.51.100.9', '64:ff9b::7f00:1', '2002:7f00:1::', '::127.0.0.1', 'fe80::1', 'ff02::1']
  for (const address of [...own, ...more]) {
    const answer = await world.to(address)
    assert.ok(answer?.status === 403 || answer?.status === 404, `${address}: ${answer?.status}`)
  }
  assert.deepEqual(world.dialled, [])
})

test('nobody is lent anything without a grant', async () => {
  await using world = lent({})
  world.lender.takeBack(friend)
  assert.equal((await world.to('203.0.113.7'))?.status, 404)
  assert.deepEqual(world.asked, [])
})

/** A connection of which only the end counts. */
function line(): Connection & { closed: number } {
  const one = { closed: 0, close: () => void one.closed++ }
  return one as unknown as Connection & { closed: number }
}

test('what changes while it is dialled counts: nothing is opened on terms of before', async () => {
  const change: readonly ((lender: Lender) => void)[] = [
    (lender) => lender.grant(friend, { ...terms, refused: ['203.0.113.0/24'] }),
    (lender) => lender.takeBack(friend),
    (lender) => lender.lend(false),
  ]
  for (const changed of change) {
    const [outside, dialled] = [line(), Promise.withResolvers<Connection>()]
    await using world = lent({}, () => dialled.promise)
    const asked = world.to('203.0.113.7')
    await new Promise((resolve) => setImmediate(resolve))
    changed(world.lender)
    dialled.resolve(outside)
    assert.equal((await asked)?.status, 404)
    assert.equal(outside.closed, 1)
    // Or between the answer and its tunnel.
    const [late, inside] = [line(), line()]
    await using again = lent({}, async () => late)
    const answer = await again.to('203.0.113.7')
    changed(again.lender)
    answer!.tunnel!(inside)
    assert.deepEqual([late.closed, inside.closed], [1, 1])
    assert.equal(again.lender.loans.current[0]?.connections ?? 0, 0)
  }
})

test('connections that are only being opened count too', async () => {
  const never = Promise.withResolvers<Connection>()
  await using world = lent({}, () => never.promise)
  const asked = Array.from({ length: 600 }, () => world.to('203.0.113.7'))
  const first = await Promise.race(asked)
  assert.equal(first?.status, 429)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(world.dialled.length, 512)
  never.reject(new Error('nobody is there'))
  const all = await Promise.all(asked)
  assert.equal(all.filter((answer) => answer?.status === 429).length, 600 - 512)
  assert.equal((await world.to('203.0.113.7'))?.status, 503)
})

test('who is forgotten does not ask any more', async () => {
  await using world = lent({})
  const ask = (device: string): Promise<OurAnswer | undefined> =>
    world.lender.answer(device, { method: 'POST', target: '/internet/ask' } as unknown as PeerQuestion)
  const other = 'cd'.repeat(32)
  await ask(other)
  assert.deepEqual(world.lender.asks.current, [other])
  world.lender.keepOnly((device) => device !== other)
  assert.deepEqual(world.lender.asks.current, [])
})
