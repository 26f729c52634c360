import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { pair, start, temporary, until } from './people.ts'

const MIB = 1024 * 1024

/** Shares a folder and waits until all of it is known. */
async function share(
  kith: Kith,
  path: string,
  name: string,
  audience: 'friends' | 'nobody',
  files: number,
): Promise<void> {
  await kith.client.call('shareFolder', { body: { path, name, audience } })
  await until(async () => {
    const found = (await kith.client.call('sharedFolders')).find((one) => one.name === name)
    return found?.known.files === files ? true : undefined
  }, `${name} is known`)
}

test(
  'paired devices look into shared folders by audience and fetch from all who have it',
  { timeout: 300_000 },
  async (t) => {
    if (!(await canMakeNetworks(t))) return
    await using folder = await temporary()
    await using lan = await localNetwork(3)
    const [one, other, third] = lan.machines
    await using ann = await start(folder.path, 'ann', one!)
    await using bob = await start(folder.path, 'bob', other!)
    await using cat = await start(folder.path, 'cat', third!)
    await pair(ann, 'ann', bob, 'bob')
    await pair(ann, 'ann', cat, 'cat')

    const big = randomBytes(24 * MIB + 77)
    const make = async (owner: string): Promise<string> => {
      const set = join(folder.path, `${owner}-files`, 'album')
      await mkdir(join(set, 'deep'), { recursive: true })
      await writeFile(join(set, 'big.bin'), big)
      await writeFile(join(set, 'deep', 'grüße.txt'), 'hello')
      await writeFile(join(set, 'deep', 'empty.txt'), '')
      return join(folder.path, `${owner}-files`)
    }
    const secret = join(folder.path, 'secret')
    await mkdir(secret)
    await writeFile(join(secret, 'diary.txt'), 'dear diary')
    await share(bob, await make('bob'), 'Music', 'friends', 3)
    await share(bob, secret, 'Secret', 'nobody', 1)
    await share(cat, await make('cat'), 'Other name', 'friends', 3)

    await t.test('the tree, without what is for nobody', async () => {
      const tree = (path?: string): ReturnType<typeof ann.client.call<'deviceTree'>> =>
        ann.client.call('deviceTree', { params: { id: 'bob' }, query: { path } })
      assert.deepEqual(await tree(), { folders: ['Music'], files: [] })
      assert.deepEqual(await tree('Music/album'), { folders: ['deep'], files: [{ name: 'big.bin', size: big.length }] })
      await assert.rejects(tree('Secret'), /does not have/)
      await assert.rejects(tree('../..'), /does not have/)
      const got = ann.client.call('getShared', { params: { id: 'bob' }, body: { path: 'Secret/diary.txt' } })
      await assert.rejects(got, /does not have/)
    })

    await t.test('a device that is not paired gets nothing', async () => {
      await assert.rejects(bob.client.call('deviceTree', { params: { id: 'cat' }, query: {} }))
    })

    await t.test('a folder comes whole, from both who have it, over a restart of the one it was seen at', async () => {
      await lan.machines[1]!.slow(40)
      await lan.machines[2]!.slow(40)
      // So slow that it is not through before both have given.
      await lan.machines[0]!.slow(2)
      const { transfer } = await ann.client.call('getShared', { params: { id: 'bob' }, body: { path: 'Music/album' } })
      await until(async () => {
        const sources = await ann.client.call('sources', { params: { id: transfer.id } })
        const giving = new Set(sources.filter(({ received }) => received > 0).map(({ name }) => name))
        return giving.size === 2 ? true : undefined
      }, 'both give')
      await bob.kill()
      await bob.start()
      for (const machine of lan.machines) await machine.slow(400)
      const done = await ann.complete(transfer.id)
      assert.ok(big.equals(await readFile(join(done.path!, 'big.bin'))))
      assert.equal(await readFile(join(done.path!, 'deep', 'grüße.txt'), 'utf8'), 'hello')
      assert.equal(await readFile(join(done.path!, 'deep', 'empty.txt'), 'utf8'), '')
    })

    await t.test('a file is found by words at those who share it', async () => {
      const row = await until(async () => {
        const { id } = await ann.client.call('startSearch', { body: { query: 'grüße', networks: ['neighbours'] } })
        return until(async () => {
          const { rows, search } = await ann.client.call('found', { params: { id } })
          return rows.length > 0 || search.state === 'done' ? rows : undefined
        }, 'somebody answers').then((rows) => rows[0])
      }, 'it is found')
      assert.equal(row.name, 'grüße.txt')
    })

    await t.test('what is shared no more is given no more', async () => {
      const folders = await bob.client.call('sharedFolders')
      const music = folders.find(({ name }) => name === 'Music')!
      await bob.client.call('changeShared', { params: { id: String(music.id) }, body: { audience: 'nobody' } })
      await rm(join(folder.path, 'ann', 'downloads'), { recursive: true, force: true })
      const got = ann.client.call('getShared', { params: { id: 'bob' }, body: { path: 'Music/album/big.bin' } })
      await assert.rejects(got, /does not have/)
    })
  },
)
