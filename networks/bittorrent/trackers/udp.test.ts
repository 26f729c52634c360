import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fail, faultOf } from '@kith/core/fault/fault.ts'
import type { DatagramOptions, Datagrams } from '@kith/core/network/net.ts'
import { Hours } from '@kith/core/network/test-kit/hours.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { decodeUdpRequest, encodeUdpResponse } from '../wire/udp-tracker.ts'
import { UdpTrackers } from './udp.ts'

const counts = { seeds: 1, completed: 2, others: 3 }

test('a socket that cannot be opened after all is in nobody’s way', async () => {
  const opening = Promise.withResolvers<Datagrams>()
  const trackers = new UdpTrackers({
    clock: { now: () => 0, after: () => ({ [Symbol.dispose]() {} }) },
    random: { number: () => 0, bytes: (length) => new Uint8Array(length) },
    net: { datagrams: () => opening.promise } as never,
  })
  const asked = trackers.scrape({ host: '10.0.0.1', port: 1 }, new Uint8Array(20), new AbortController().signal)
  const code = asked.catch((error: unknown) => faultOf(error).code)
  const disposed = trackers[Symbol.asyncDispose]()
  opening.reject(fail('local', 'net/port-taken', 'No port is free'))
  await disposed
  assert.equal(await code, 'net/port-taken')
})

test('a connection that the tracker knows no more is made anew, whether it says so or not; a refusal is one', async () => {
  const clock = new Hours()
  let drawn = 0
  let connections = 0
  let reply: 'answer' | 'error' | 'silence' = 'answer'
  const sent: string[] = []
  const to = { host: '10.0.0.1', port: 1 }
  const net = {
    datagrams: async ({ receive }: DatagramOptions) => ({
      send(_: unknown, bytes: Uint8Array) {
        const request = decodeUdpRequest(bytes)
        const { transaction } = request
        sent.push(request.kind)
        if (request.kind === 'connect')
          return receive(to, encodeUdpResponse({ kind: 'connect', transaction, connection: BigInt(++connections) }, 4))
        // Connections of before it began anew mean nothing to it.
        const stale = request.connection < BigInt(connections) || reply !== 'answer'
        if (!stale) return receive(to, encodeUdpResponse({ kind: 'scrape', transaction, scraped: [counts] }, 4))
        if (reply === 'error') receive(to, encodeUdpResponse({ kind: 'error', transaction, message: utf8('no') }, 4))
      },
      async [Symbol.asyncDispose]() {},
    }),
  }
  const random = { number: () => drawn++ / 2 ** 32, bytes: (length: number) => new Uint8Array(length) }
  await using trackers = new UdpTrackers({ clock, random, net: net as never })
  const scrape = (): Promise<unknown> => trackers.scrape(to, new Uint8Array(20), new AbortController().signal)
  const told = async (): Promise<string[]> => {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
    return sent.splice(0)
  }
  assert.deepEqual(await scrape(), counts)
  assert.deepEqual(await scrape(), counts)
  assert.deepEqual(await told(), ['connect', 'scrape', 'scrape'])

  reply = 'error'
  await assert.rejects(scrape(), (error) => faultOf(error).code === 'bittorrent/tracker-refused')
  assert.deepEqual(await told(), ['scrape', 'connect', 'scrape'])

  reply = 'answer'
  assert.deepEqual(await scrape(), counts)
  await told()
  reply = 'silence'
  const answered = scrape()
  assert.deepEqual(await told(), ['scrape'])
  reply = 'answer'
  clock.go(15_000)
  assert.deepEqual(await told(), ['connect', 'scrape'])
  assert.deepEqual(await answered, counts)
})
