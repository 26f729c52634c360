import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { formatKeyprint } from '@kith/directconnect/wire/keyprint.ts'
import { Kith } from '../kith.ts'
import type { Scratch } from '../material.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { OnHub, sharesOf } from './on-hub.ts'

const largeBytes = 200 * 1024 * 1024

/** A large file and a folder of small ones, which nobody else has. */
async function material(at: Scratch, name: string): Promise<string> {
  const folder = at.at(name)
  await put(join(folder, `${name} large.bin`), bytesFrom(name, largeBytes))
  for (let index = 0; index < 12; index++)
    await put(join(folder, 'small', `${name} ${index} ü.bin`), bytesFrom(`${name}${index}`, index * 7_919))
  return folder
}

/** The links of a list, all or those of a folder. */
function linksIn(list: ReadonlyMap<string, string>, test: (path: string) => boolean): string[] {
  return [...list].filter(([path]) => test(path)).map(([, link]) => link)
}

async function same(one: string, other: string, message: string): Promise<void> {
  const [a, b] = [await readFile(one), await readFile(other)]
  assert.ok(a.equals(b), message)
}

interface Foreign {
  readonly nick: string
  /** Where what it shares is. */
  readonly folder: string
}

/** Everything that Kith does with somebody: find, browse, fetch a large file and a folder. */
async function takeFrom(theirs: Foreign, hub: string, at: Scratch): Promise<void> {
  const { nick, folder } = theirs
  const name = folder.split('/').at(-1)!
  await using on = await OnHub.start(hub, [])
  const hit = await on.find({ words: [name, 'large'] }, ({ peer }) => peer.name === nick)
  assert.equal(hit.content.size, largeBytes)
  const byRoot = await on.find({ words: [], digest: hit.content.digests[0]! }, ({ peer }) => peer.name === nick)
  assert.deepEqual(byRoot.content, hit.content)
  let list = new Map<string, string>()
  await until(
    async () => {
      list = await on.list(hit.peer)
      return list.size === 13
    },
    120_000,
    () => ({ list: [...list.keys()], log: on.lines }),
  )
  const small = [...list.keys()].filter((path) => path.includes('/small/'))
  assert.deepEqual([...(await on.list(hit.peer, 60_000, [name, 'small'])).keys()].sort(), small.sort())
  await on[Symbol.asyncDispose]()

  await using kith = await Kith.start(at.at(`kith from ${nick}`))
  await kith.client.call('attach', { params: { id: 'directconnect' }, body: { address: hub } })
  const transfers = []
  for (const link of linksIn(list, (path) => path.includes('/small/')))
    transfers.push(await kith.add(link, at.at(`from ${nick}`, 'small')))
  for (const link of linksIn(list, (path) => path.includes('large')))
    transfers.push(await kith.add(link, at.at(`from ${nick}`)))
  for (const { id } of transfers) await kith.complete(id)
  assert.deepEqual(await tree(at.at(`from ${nick}`)), await tree(folder))
}

test(
  'on a uhub, EiskaltDC++ and Kith take from each other, search, browse and talk',
  { timeout: 400_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'eiskaltdcpp-daemon')) return
    await using at = await scratch()
    await using uhub = await Uhub.start(at.at('uhub'))
    const hub = uhub.address
    await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
    await eiskalt.join(hub)
    const folder = await material(at, 'theirs')
    await eiskalt.share(folder, 'theirs')
    await takeFrom({ nick: 'eiskalt', folder }, hub, at)

    const ours = await material(at, 'ours')
    const shares = await sharesOf(ours)
    // Another nick: it may remember the one that was here before as gone.
    await using on = await OnHub.start(hub, shares, { nick: 'Keeper' })
    assert.deepEqual(await eiskalt.find('ours large'), ['Keeper: ours/ours large.bin'])
    await eiskalt.fetch(
      hub,
      'Keeper',
      shares.map((share) => on.link(share)),
    )
    await eiskalt.done()
    await same(join(eiskalt.downloads, 'ours large.bin'), join(ours, 'ours large.bin'), 'eiskalt has other bytes')
    for (let index = 1; index < 12; index++) {
      const name = `ours ${index} ü.bin`
      await same(join(eiskalt.downloads, name), join(ours, 'small', name), name)
    }

    await on.member.chat.say(hub, 'hello from Kith')
    await until(async () => (await eiskalt.chat(hub)).includes('<Keeper> hello from Kith'))
    await eiskalt.call('hub.say', { huburl: hub, message: 'hello | from $ eiskalt' })
    assert.equal(await on.heard('hello | from $ eiskalt', 'eiskalt'), hub)
    await eiskalt.call('hub.pm', { huburl: hub, nick: 'Keeper', message: 'between us' })
    assert.equal(await on.heard('between us', 'eiskalt'), `${hub}/eiskalt`)
  },
)

test('on a uhub, ncdc and Kith take from each other, search, browse and talk', { timeout: 400_000 }, async (t) => {
  if (!needs(t, 'uhub', 'ncdc', 'tmux')) return
  await using at = await scratch()
  await using uhub = await Uhub.start(at.at('uhub'))
  const hub = uhub.address
  await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
  const folder = await material(at, 'theirs')
  await ncdc.share(folder, 'theirs')
  await ncdc.join(hub)
  const ours = await material(at, 'ours')
  await using on = await OnHub.start(hub, await sharesOf(ours))
  await ncdc.find('ours large', 'ours large.bin')
  await ncdc.tab('#hub')
  await ncdc.fetchAll('Kith')
  const files = (name: string): Promise<Record<string, string>> => tree(join(ncdc.downloads, name)).catch(() => ({}))
  const wanted = await tree(ours)
  // Empty files are not fetched by ncdc.
  delete wanted['small/ours 0 ü.bin']
  await until(async () => JSON.stringify(await files('ours')).length >= JSON.stringify(wanted).length, 60_000)
  const got = await files('ours')
  delete got['small/ours 0 ü.bin']
  assert.deepEqual(got, wanted)

  await ncdc.tab('#hub')
  await ncdc.type('hello from ncdc')
  assert.equal(await on.heard('hello from ncdc', 'ncdc'), hub)
  await on.member.chat.say(hub, 'hello from Kith')
  await until(async () => (await ncdc.screen()).includes('<Kith> hello from Kith'))
  await ncdc.type('/msg Kith between us')
  assert.equal(await on.heard('between us', 'ncdc'), `${hub}/ncdc`)
  await on.member.chat.say(`${hub}/ncdc`, 'and back')
  await ncdc.tab('~Kith')
  await until(async () => (await ncdc.screen()).includes('<Kith> and back'))
  await on[Symbol.asyncDispose]()
  await takeFrom({ nick: 'ncdc', folder }, hub, at)
})

test('on a uhub with TLS and passwords: its keyprint is checked, and so is ours', { timeout: 60_000 }, async (t) => {
  if (!needs(t, 'uhub')) return
  await using at = await scratch()
  await using uhub = await Uhub.start(at.at('uhub'), { tls: true, users: { Kith: 'sesame' } })
  const login = (more: string): string => `${uhub.address.replace('//', '//Kith:sesame@')}${more}`
  const certificate = new X509Certificate(await readFile(at.at('uhub', 'cert.pem')))
  const right = formatKeyprint(Uint8Array.fromHex(certificate.fingerprint256.replaceAll(':', '')))
  await using on = await OnHub.start(login(`/?kp=${right}`), [])
  assert.equal(on.member.gateways.list()[0]?.state, 'attached')
  assert.equal(on.member.gateways.list()[0]?.address, uhub.address, 'nobody is shown the password')
  await on[Symbol.asyncDispose]()
  const refused = (hub: string, code: RegExp): Promise<void> => assert.rejects(OnHub.start(hub, [], {}, 3_000), code)
  await refused(login(`/?kp=${formatKeyprint(new Uint8Array(32))}`), /net\/certificate/)
  await refused(uhub.address.replace('//', '//Kith:wrong@'), /directconnect\/password-wrong/)
})
