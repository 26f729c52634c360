import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork } from '../namespaces.ts'
import { needs } from '../peers/process.ts'
import { pair, ready, start, temporary, until } from './people.ts'

const MIB = 1024 * 1024
/** Some seconds of a gigabit. */
const BYTES = 640 * MIB + 12_345

async function material(path: string): Promise<void> {
  await using file = await open(path, 'w')
  for (let at = 0; at < BYTES; at += MIB) await file.write(randomBytes(Math.min(MIB, BYTES - at)))
}

async function digestOf(path: string): Promise<string> {
  const running = createHash('sha256')
  for await (const part of createReadStream(path)) running.update(part as Buffer)
  return running.digest('hex')
}

/** How the bytes come just now. */
async function vias(kith: Kith, id: string): Promise<readonly string[]> {
  return (await kith.client.call('sources', { params: { id } })).map(({ via }) => via)
}

async function inThreads(kith: Kith, id: string): Promise<void> {
  await until(
    async () => {
      const { state, had } = await kith.transfer(id)
      assert.ok(state !== 'giving' && state !== 'done', `it is complete already, ${had} bytes`)
      return (await vias(kith, id)).includes('threads') ? true : undefined
    },
    'a thread fetches',
    60_000,
  )
}

test('a fast network is served by threads, whatever happens meanwhile', { timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, 'tc')) return
  await using folder = await temporary()
  await using lan = await localNetwork(3)
  const [one, other, third] = lan.machines
  await using ann = await start(folder.path, 'ann', one!)
  await using bob = await start(folder.path, 'bob', other!)
  await using cem = await start(folder.path, 'cem', third!)
  await pair(ann, 'ann', bob, 'bob')
  await pair(ann, 'ann', cem, 'cem')
  await pair(bob, 'bob', cem, 'cem')
  // The same on all machines: about ten seconds, or longer on one that is slow.
  await other!.slow(500)
  await third!.slow(1000)
  const path = join(folder.path, 'image.iso')
  await material(path)
  const whole = await digestOf(path)

  const send = async (to: string, kith: Kith): Promise<string> => {
    await ready(ann, await ann.client.call('send', { body: { path, to: [to] } }))
    const gift = await until(async () => (await kith.client.call('gifts'))[0], 'the gift is offered')
    return (await kith.client.call('takeGift', { params: { id: gift.id }, body: {} })).transfer.id
  }
  const isWhole = async (kith: Kith, id: string): Promise<void> => {
    const done = await kith.complete(id, 300_000)
    assert.equal(await digestOf(done.path!), whole)
  }
  const limit = (kith: Kith, value: number): Promise<unknown> =>
    kith.client.call('setSetting', { params: { id: 'speed.down' }, body: { value } })

  await t.test('a pause, a limit, and either side killed', async () => {
    const id = await send('bob', bob)
    await inThreads(bob, id)

    await bob.client.call('pause', { params: { id } })
    const paused = await bob.until(id, ({ state }) => state === 'paused')
    assert.ok(paused.had < BYTES)
    await bob.client.call('resume', { params: { id } })
    await inThreads(bob, id)

    await bob.client.call('setSetting', { params: { id: 'speed.limitLocal' }, body: { value: true } })
    await limit(bob, 4096)
    // What was asked for still comes; then the line that obeys limits goes on.
    await until(async () => ((await vias(bob, id)).includes('data') ? true : undefined), 'the ordinary line fetches')
    await bob.until(id, ({ had }) => had > paused.had)
    await limit(bob, 0)

    await ann.kill()
    const left = await bob.transfer(id)
    assert.ok(left.had < BYTES)
    await ann.start()
    await bob.until(id, ({ had }) => had > left.had)
    await bob.kill()
    await bob.start()
    await isWhole(bob, id)
  })

  await t.test('two devices give at once, each from a thread', async () => {
    const id = await send('cem', cem)
    await until(
      async () => {
        const { state } = await cem.transfer(id)
        assert.ok(state !== 'giving' && state !== 'done', 'it is complete already')
        return (await vias(cem, id)).filter((via) => via === 'threads').length === 2 ? true : undefined
      },
      'two threads fetch',
      60_000,
    )
    await isWhole(cem, id)
  })
})
