import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Announce } from '../wire/announce.ts'
import { Swarms } from './swarms.ts'

const random = { number: () => 0.5, bytes: (length: number) => new Uint8Array(length) }
const infoHash = new Uint8Array(20).fill(1)

function announce(port: number, left: number, event?: Announce['event']): Announce {
  return {
    infoHash,
    peerId: new Uint8Array(20),
    port,
    uploaded: 0,
    downloaded: 0,
    left,
    wanted: 50,
    key: 0,
    ...(event === undefined ? {} : { event }),
  }
}

const from = { host: '10.0.0.1', port: 999 }
const ports = (peers: readonly { port: number }[]): number[] => peers.map(({ port }) => port).sort((a, b) => a - b)

test('peers are told of each other, never of themselves, and seeds not of seeds', () => {
  const swarms = new Swarms(random)
  swarms.announce(announce(1, 0), from, 0)
  swarms.announce(announce(2, 0), from, 0)
  const third = swarms.announce(announce(3, 10), from, 0)
  assert.deepEqual(ports(third.peers), [1, 2])
  assert.deepEqual([third.seeds, third.others], [2, 1])
  assert.deepEqual(ports(swarms.announce(announce(1, 0), from, 0).peers), [3])
})

test('the first announce of a seed is told of seeds: aria2 says that nothing is left while it has only a magnet', () => {
  const swarms = new Swarms(random)
  swarms.announce(announce(1, 0), from, 0)
  assert.deepEqual(ports(swarms.announce(announce(2, 0, 'started'), from, 0).peers), [1])
})

test('who stops is forgotten at once, and who is silent later', () => {
  const swarms = new Swarms(random)
  swarms.announce(announce(1, 0), from, 0)
  swarms.announce(announce(2, 5), from, 100)
  swarms.expire(50)
  assert.deepEqual(swarms.scrape(infoHash), { infoHash, seeds: 0, others: 1, completed: 0 })
  swarms.announce(announce(2, 0, 'completed'), from, 100)
  assert.deepEqual(swarms.scrape(infoHash), { infoHash, seeds: 1, others: 0, completed: 1 })
  swarms.announce(announce(2, 0, 'stopped'), from, 100)
  assert.deepEqual(swarms.counts['torrents'], 0)
})

test('not more peers are given than fit and than were wanted', () => {
  const swarms = new Swarms(random)
  for (let port = 1; port <= 300; port++) swarms.announce(announce(port, 5), from, 0)
  assert.equal(swarms.announce({ ...announce(1, 5), wanted: 1000 }, from, 0).peers.length, 80)
  assert.equal(swarms.announce({ ...announce(1, 5), wanted: 3 }, from, 0).peers.length, 3)
})
