import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OurAnswer, PeerQuestion } from '@kith/core/network/channel.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Endpoint } from '@kith/core/network/net.ts'
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
function lent(names: Readonly<Record<string, readonly (readonly string[])[]>>): Lent {
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
        throw new Error('nobody is there')
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
