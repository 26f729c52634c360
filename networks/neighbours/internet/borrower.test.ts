import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Host } from '@kith/core/network/host.ts'
import type { InternetTerms } from '@kith/core/offer/internet.ts'
import type { Lines } from '../lines.ts'
import { encodeTerms } from '../wire/internet.ts'
import { Borrower, type Whole } from './borrower.ts'

const friend = 'ab'.repeat(32)
const terms: InternetTerms = { allowed: [], refused: [], home: false, whole: true }

/** A friend that lends, and a machine that goes out whole when the test says so. */
function world(lent: InternetTerms = terms) {
  const open = { proxies: 0, wholes: 0 }
  const ways: PromiseWithResolvers<void>[] = []
  const channel = {
    ask: async () => {
      const body = (async function* () {
        yield encodeTerms(lent)
      })()
      return { status: 200, body }
    },
  }
  const host = {
    clock: { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
    keep: { get: () => undefined, set() {} },
    log: { debug() {}, warn() {} },
    net: {
      async listen() {
        open.proxies++
        return { local: { host: '127.0.0.1', port: 1080 }, [Symbol.asyncDispose]: async () => void open.proxies-- }
      },
    },
  } as unknown as Host
  const wholeWay = async (): Promise<Whole> => {
    const way = Promise.withResolvers<void>()
    ways.push(way)
    await way.promise
    open.wholes++
    return { v6: false, [Symbol.asyncDispose]: async () => void open.wholes-- }
  }
  const borrower = new Borrower(host, { to: async () => channel } as unknown as Lines, wholeWay)
  return { borrower, open, ways }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what is begun twice at once is one', async () => {
  const { borrower, open, ways } = world()
  const both = [borrower.use(friend, { whole: true }), borrower.use(friend, { whole: true })]
  await settled()
  assert.equal(ways.length, 1)
  ways[0]!.resolve()
  assert.deepEqual(await Promise.all(both), [borrower.borrowed.current[0], borrower.borrowed.current[0]])
  assert.deepEqual(open, { proxies: 1, wholes: 1 })
  await borrower[Symbol.asyncDispose]()
  assert.deepEqual(open, { proxies: 0, wholes: 0 })
})

test('what is stopped while it begins has ended: this machine goes its own way again', async () => {
  const { borrower, open, ways } = world()
  const used = borrower.use(friend, { whole: true })
  const stopped = borrower.stop(friend)
  await settled()
  ways[0]!.resolve()
  await used
  await stopped
  assert.deepEqual([open, borrower.borrowed.current], [{ proxies: 0, wholes: 0 }, []])
  await borrower[Symbol.asyncDispose]()
})

test('what comes when Kith has left already is ended too, and what cannot be had leaves nothing', async () => {
  const late = world()
  const used = late.borrower.use(friend, { whole: true })
  await settled()
  await late.borrower[Symbol.asyncDispose]()
  late.ways[0]!.resolve()
  await assert.rejects(used, /leaves/)
  assert.deepEqual(late.open, { proxies: 0, wholes: 0 })
  const proxyOnly = world({ ...terms, whole: false })
  await assert.rejects(proxyOnly.borrower.use(friend, { whole: true }), /its proxy only/)
  assert.deepEqual(proxyOnly.open, { proxies: 0, wholes: 0 })
  await proxyOnly.borrower[Symbol.asyncDispose]()
})
