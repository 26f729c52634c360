import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { Channel, Channels } from '@kith/core/network/channel.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { Book } from './book.ts'
import { Lines } from './lines.ts'

const clock: Clock = { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) }
const id = 'ab'.repeat(32)

/** A device at an address where nobody answers, and what became of the dialling. */
function world(): { lines: Lines; dialled: AbortSignal[] } {
  const dialled: AbortSignal[] = []
  const channels = {
    dial: (_to: unknown, _fingerprint: unknown, signal: AbortSignal) =>
      new Promise<Channel>((_, reject) => {
        dialled.push(signal)
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      }),
  } as unknown as Channels
  const book = new Book({ get: () => undefined, set() {} }, clock)
  book.seen(id, { addresses: [{ host: '192.0.2.1', port: 7 }] })
  return { lines: new Lines({ channels, clock }, book, () => []), dialled }
}

const leaving = (): Error => fail('gone', 'test/leaving', 'It is not wanted any more')
const left = (error: unknown): boolean => faultOf(error).code === 'test/leaving'

test('who gives up is let go while somebody else waits for the same line', async () => {
  const { lines, dialled } = world()
  const stop = new AbortController()
  const others = lines.to(id).catch(faultOf)
  const ours = lines.ask(id, { method: 'GET', target: '/', signal: stop.signal })
  const tunnel = lines.tunnel(id, '/', { signal: stop.signal })
  stop.abort(leaving())
  await assert.rejects(ours, left)
  await assert.rejects(tunnel, left)
  await assert.rejects(lines.to(id, stop.signal), left)
  assert.deepEqual(
    dialled.map(({ aborted }) => aborted),
    [false],
  )
  lines[Symbol.dispose]()
  assert.equal(((await others) as { code: string }).code, 'neighbours/leaving')
})

test('a line of our own is dialled no further when nobody wants it', async () => {
  const { lines, dialled } = world()
  const stop = new AbortController()
  const ours = lines.direct(id, stop.signal)
  stop.abort(leaving())
  await assert.rejects(ours, left)
  assert.ok(dialled.every(({ aborted }) => aborted))
  lines[Symbol.dispose]()
})

test('a line that has died in silence is no answer: what changes nothing is asked again by a new one, once', async () => {
  const asked: string[] = []
  let dead = 1
  const channels = {
    dial: async () => {
      const isDead = dead-- > 0
      let open = true
      return {
        remote: { host: '192.0.2.1', port: 7 },
        get open() {
          return open
        },
        ended() {},
        async ask({ method }: { method: string }) {
          asked.push(method)
          if (!isDead) return { status: 200, body: [] }
          open = false
          throw fail('gone', 'channel/ended', 'The other device ended the conversation')
        },
        [Symbol.dispose]() {},
      } as unknown as Channel
    },
  } as unknown as Channels
  const book = new Book({ get: () => undefined, set() {} }, clock)
  book.seen(id, { addresses: [{ host: '192.0.2.1', port: 7 }] })
  const fresh = (): Lines => new Lines({ channels, clock }, book, () => [])
  using lines = fresh()
  assert.equal((await lines.ask(id, { method: 'GET', target: '/shelf' })).status, 200)
  assert.deepEqual(asked, ['GET', 'GET'])
  dead = 2
  using gone = fresh()
  await assert.rejects(gone.ask(id, { method: 'GET', target: '/shelf' }), (error) => faultOf(error).kind === 'gone')
  assert.equal(asked.length, 4)
  dead = 1
  using other = fresh()
  await assert.rejects(other.ask(id, { method: 'POST', target: '/talk' }), (error) => faultOf(error).kind === 'gone')
  assert.equal(asked.length, 5)
  dead = 1
  using last = fresh()
  assert.equal((await last.ask(id, { method: 'POST', target: '/gift' }, true)).status, 200)
})
