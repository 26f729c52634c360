import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '@kith/api/client.ts'
import type { Views } from '@kith/api/live.ts'
import { LiveStore } from './live-store.ts'

type Handlers = Parameters<Client['live']>[1]

interface Stream {
  readonly views: Views
  readonly handlers: Handlers
  readonly signal: AbortSignal
  fail(error: unknown): void
}

/** A client whose streams are driven by the test. */
function scripted(): { client: Pick<Client, 'live'>; streams: Stream[] } {
  const streams: Stream[] = []
  return {
    streams,
    client: {
      live: (views, handlers, signal) =>
        new Promise((resolve, reject) => {
          streams.push({ views, handlers, signal, fail: reject })
          signal.addEventListener('abort', () => resolve())
        }),
    },
  }
}

const neverRefused = (): never => assert.fail('refused')

const status = { view: 'status' } as const
const networks = { view: 'networks' } as const

test('one stream for all that is on screen, opened anew when that changes', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { client, streams } = scripted()
  using store = new LiveStore({ client, now: () => 0, onRefused: neverRefused })
  let told = 0
  const leave = store.watch(status, () => told++)
  store.watch(status, () => {})
  store.watch(networks, () => {})
  context.mock.timers.tick(100)
  assert.equal(streams.length, 1)
  assert.deepEqual(Object.values(streams[0]!.views), [status, networks])

  const [key] = Object.keys(streams[0]!.views)
  streams[0]!.handlers.onChange(key!, { people: 3 })
  assert.equal(told, 1)
  assert.deepEqual(store.read(status).value, { people: 3 })
  assert.equal(store.read(status), store.read(status), 'the same object until it changes')
  assert.equal(store.read(networks).value, undefined)

  const { signal } = streams[0]!
  store.watch({ view: 'speed' }, () => {})
  context.mock.timers.tick(100)
  assert.ok(signal.aborted)
  assert.equal(streams.length, 2)
  assert.equal(Object.keys(streams[1]!.views).length, 3)
  assert.deepEqual(store.read(status).value, { people: 3 }, 'what was shown stays until the new stream tells')

  streams[0]!.handlers.onChange(key!, { people: 99 })
  assert.deepEqual(store.read(status).value, { people: 3 }, 'a stream that was ended tells nothing more')
  leave()
})

test('what left the screen and came back within the same moment opens nothing', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { client, streams } = scripted()
  using store = new LiveStore({ client, now: () => 0, onRefused: neverRefused })
  const leave = store.watch(status, () => {})
  context.mock.timers.tick(100)
  leave()
  store.watch(status, () => {})
  context.mock.timers.tick(100)
  assert.equal(streams.length, 1)
})

test('nothing on screen, no stream', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { client, streams } = scripted()
  using store = new LiveStore({ client, now: () => 0, onRefused: neverRefused })
  const leave = store.watch(status, () => {})
  context.mock.timers.tick(100)
  leave()
  context.mock.timers.tick(100)
  assert.ok(streams[0]!.signal.aborted)
  assert.equal(streams.length, 1)
})

test('knows since when the daemon is gone, and that it came back', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { client, streams } = scripted()
  let now = 1_000
  using store = new LiveStore({ client, now: () => now, onRefused: neverRefused })
  const seen: string[] = []
  store.watchConnection(() => seen.push(store.connection.kind))
  store.watch(status, () => {})
  context.mock.timers.tick(100)
  const { handlers } = streams[0]!
  handlers.onState?.(true)
  handlers.onState?.(false)
  now = 9_000
  handlers.onState?.(false)
  assert.deepEqual(store.connection, { kind: 'gone', since: 1_000 })
  handlers.onState?.(true)
  assert.deepEqual(seen, ['connected', 'gone', 'connected'])
})

test('a refusal is told, and a view that is gone says why', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { client, streams } = scripted()
  const refused: unknown[] = []
  using store = new LiveStore({ client, now: () => 0, onRefused: (error) => refused.push(error) })
  const view = { view: 'transfer', id: 'x' } as const
  store.watch(view, () => {})
  context.mock.timers.tick(100)
  streams[0]!.handlers.onGone?.(Object.keys(streams[0]!.views)[0]!, 'There is no such transfer')
  assert.deepEqual(store.read(view), { value: undefined, gone: 'There is no such transfer' })
  streams[0]!.fail(new Error('session ended'))
  await Promise.resolve()
  await Promise.resolve()
  assert.equal(refused.length, 1)
})
