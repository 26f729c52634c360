import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Digest } from '@kith/core/content/digest.ts'
import { fail } from '@kith/core/fault/fault.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Search } from '@kith/core/network/facets.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Membership, Network } from '@kith/core/network/network.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import type { Hints, Wish } from '@kith/core/transfer/wish.ts'
import { Supervised } from '../supervisor.ts'
import { foundWindow } from '../views/found-view.ts'
import { Finder } from './finder.ts'
import { questionOf } from './question.ts'
import type { SearchWorld } from './search.ts'
import { wishOf } from './wish.ts'

const tth: Digest = `tth:${'22'.repeat(24)}`
const sha1: Digest = `sha1:${'55'.repeat(20)}`
const silence = { owns: () => false, transfersOf: () => new Map(), watchOf: () => undefined }

function hit(network: NetworkId, key: string, name: string, more: Partial<Hit> = {}, digests: Digest[] = [tth]): Hit {
  return { content: { digests, size: 100, name }, peer: { network, key, name: key }, ...more }
}

/** Time that is turned by hand. */
function clockOf(): Clock & { pass(ms: number): void } {
  let now = 1_000
  const timers = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return { [Symbol.dispose]: () => void timers.delete(timer) }
    },
    pass(ms) {
      now += ms
      for (const timer of timers) {
        if (timer.at > now) continue
        timers.delete(timer)
        timer.callback()
      }
    },
  }
}

/** A network with a search, or without one. */
async function joined(clock: Clock, id: NetworkId, search: Search | undefined): Promise<Supervised> {
  const membership = { search, async [Symbol.asyncDispose]() {} } as unknown as Membership
  const network = { id, title: id, join: async () => membership } as unknown as Network<never>
  const host = { log: { warn() {}, error() {} }, journal: { tell() {} } } as unknown as Host
  const supervised = new Supervised(
    network,
    () => host,
    () => ({}),
    clock,
  )
  await supervised.on()
  return supervised
}

/** All answers at once, and then the end, or listening until the end. */
function searchOf(hits: readonly Hit[], options: { readonly stays?: boolean; readonly only?: 'words' } = {}): Search {
  return {
    plan: (query) =>
      options.only === 'words'
        ? { native: { words: query.words }, local: query }
        : { native: query, local: { words: [] } },
    async *run(_plan, signal) {
      yield* hits
      if (options.stays === true)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    },
  }
}

async function finderOf(
  searches: Readonly<Partial<Record<NetworkId, Search | undefined>>>,
  own: SearchWorld['own'] = () => [],
) {
  const clock = clockOf()
  const networks = new Map<string, Supervised>()
  for (const [id, search] of Object.entries(searches)) networks.set(id, await joined(clock, id as NetworkId, search))
  let drawn = 0
  const random = { bytes: () => Uint8Array.of(0, 0, 0, ++drawn) } as unknown as Random
  return { clock, networks, finder: new Finder({ clock, random, networks, own }) }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('the library and all networks are asked at once, and what is the same content is one row', async () => {
  const { finder } = await finderOf(
    {
      directconnect: searchOf([hit('directconnect', 'ann', 'film.mkv', { slots: 1 })]),
      gnutella: searchOf([hit('gnutella', 'bob', 'Film.mkv', {}, [tth, sha1])]),
      bittorrent: undefined,
    },
    () => [{ digests: [tth], size: 100, name: 'film.mkv' }],
  )
  const search = finder.start(questionOf({ query: 'film' }), 60_000)
  await settled()
  const { rows, search: view } = foundWindow(search, {}, silence)
  assert.equal(rows.length, 1)
  assert.deepEqual(rows[0]!.networks, ['library', 'directconnect', 'gnutella'])
  assert.equal(rows[0]!.people, 2)
  assert.equal(rows[0]!.free, 1)
  assert.equal(rows[0]!.own, true)
  assert.deepEqual(
    view.networks.map(({ id, state, hits }) => [id, state, hits]),
    [
      ['library', 'done', 1],
      ['directconnect', 'done', 1],
      ['gnutella', 'done', 1],
      ['bittorrent', 'cannot', 0],
    ],
  )
  assert.equal(view.state, 'done', 'nobody is left who could answer')
})

test('what a network cannot be asked is compared here, and said', async () => {
  const small = {
    content: { digests: [], size: 5, name: 'film small.mkv' },
    peer: { network: 'gnutella', key: 'b', name: 'b' },
  } as const
  const { finder } = await finderOf({
    gnutella: searchOf([small, hit('gnutella', 'c', 'film.mkv')], { only: 'words' }),
  })
  const search = finder.start(questionOf({ query: 'film type:video size:>50 after:2020' }), 60_000)
  await settled()
  const { rows, search: view } = foundWindow(search, {}, silence)
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['film.mkv'],
  )
  const asked = view.networks.find(({ id }) => id === 'gnutella')!
  assert.deepEqual(asked.comparedHere, ['medium', 'minimumSize'])
  assert.deepEqual(asked.ignored, ['date'])
})

test('a search ends by itself when its time is over, and can be stopped', async () => {
  const { finder, clock } = await finderOf({ directconnect: searchOf([], { stays: true }) })
  const [one, two] = ['a', 'b'].map((query) => finder.start(questionOf({ query }), 60_000))
  assert.equal(one!.state, 'asking')
  one!.stop()
  assert.equal(one!.state, 'done')
  clock.pass(60_000)
  assert.equal(two!.state, 'done')
  assert.deepEqual(
    finder.list().map(({ question }) => question.text),
    ['b', 'a'],
  )
  assert.equal(finder.get('last'), two)
})

test('a network that fails is said to have failed, and the others go on', async () => {
  const broken: Search = {
    plan: () => {
      throw fail('unavailable', 'test/broken', 'It is broken')
    },
    run: async function* () {},
  }
  const { finder } = await finderOf({ gnutella: broken, directconnect: searchOf([hit('directconnect', 'ann', 'a')]) })
  const search = finder.start(questionOf({ query: 'a' }), 60_000)
  await settled()
  assert.equal(search.asked.get('gnutella')!.fault?.code, 'test/broken')
  assert.equal(search.rows, 1)
})

test('a network that is joined meanwhile is asked too', async () => {
  const { finder, networks } = await finderOf({
    directconnect: searchOf([hit('directconnect', 'ann', 'a')]),
    gnutella: searchOf([], { stays: true }),
  })
  const one = networks.get('directconnect')!
  await one.off()
  const search = finder.start(questionOf({ query: 'a' }), 60_000)
  assert.equal(search.asked.get('directconnect')!.state, 'off')
  await one.on()
  await settled()
  assert.equal(search.rows, 1)
})

test('there are bounds: questions at once, answers of one, and words that are none', async () => {
  const flood = Array.from({ length: 25_000 }, (_, index) => hit('directconnect', `p${index}`, `a${index}`, {}, []))
  const { finder } = await finderOf({ directconnect: searchOf(flood, { stays: true }) })
  const search = finder.start(questionOf({ query: 'a' }), 60_000)
  for (let turn = 0; turn < 200 && !search.full; turn++) await settled()
  assert.equal(search.rows, 20_000)
  assert.equal(search.state, 'done', 'more is not listened to')
  const { finder: other } = await finderOf({ directconnect: searchOf([], { stays: true }) })
  for (let index = 0; index < 8; index++) other.start(questionOf({ query: 'a' }), 60_000)
  assert.throws(() => other.start(questionOf({ query: 'a' }), 60_000), /8 searches are open/)
  assert.throws(() => questionOf({ query: ' -b "" *' }), /no word/)
})

test('a window filters, sorts and counts', async () => {
  const { finder } = await finderOf({
    directconnect: searchOf([
      hit('directconnect', 'ann', 'song.mp3', {}, []),
      hit('directconnect', 'bob', 'song.mp3', { slots: 2 }, []),
      hit('directconnect', 'cid', 'a film.mkv', {}, []),
      hit('directconnect', 'cid', 'folder', { folder: true }, []),
    ]),
  })
  const search = finder.start(questionOf({ query: 'x' }), 60_000)
  await settled()
  const window = foundWindow(search, { sort: 'name' }, silence)
  assert.deepEqual(
    window.rows.map(({ name, row }) => [name, row]),
    [
      ['a film.mkv', 2],
      ['folder', 3],
      ['song.mp3', 1],
    ],
  )
  assert.deepEqual(window.media, { audio: 1, video: 1, folder: 1 })
  const audio = foundWindow(search, { medium: 'audio', free: true, count: 1 }, silence)
  assert.equal(audio.total, 1)
  assert.equal(audio.rows[0]!.people, 2)
})

test('a row is one wish with the digests and the hints of all who have it', async () => {
  const { finder } = await finderOf({
    directconnect: searchOf([
      hit('directconnect', 'ann', 'film.mkv', { link: 'dc:ann' }),
      hit('directconnect', 'bob', 'film.mkv', { link: 'dc:bob' }),
      hit('directconnect', 'eve', 'folder', { folder: true }, []),
      hit('directconnect', 'cid', 'no way', {}, []),
    ]),
    gnutella: searchOf([hit('gnutella', 'g', 'film.mkv', { link: 'g:g' }, [tth, sha1])]),
  })
  const search = finder.start(questionOf({ query: 'x' }), 60_000)
  await settled()
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
  const networks = ['directconnect', 'gnutella'].map((id) => ({
    id,
    mergeHints: (a: Uint8Array, b: Uint8Array) => Buffer.from(`${text(a)}+${text(b)}`),
    link: () => undefined,
  })) as unknown as Network<never>[]
  const parseLink = (link: string): Wish => {
    const [scheme, who] = link.split(':')
    const hints: Hints = { [scheme === 'dc' ? 'directconnect' : 'gnutella']: Buffer.from(who!) }
    return { content: { digests: [tth] }, hints }
  }
  const wish = wishOf(search.group(1)!, { networks, parseLink })
  assert.deepEqual(wish.content, { digests: [tth, sha1], name: 'film.mkv', size: 100 })
  assert.equal(text(wish.hints.directconnect!), 'ann+bob')
  assert.equal(text(wish.hints.gnutella!), 'g')
  assert.throws(() => wishOf(search.group(2)!, { networks, parseLink }), /is a folder/)
  assert.throws(() => wishOf(search.group(3)!, { networks, parseLink }), /Nobody who has no way says/)
})
