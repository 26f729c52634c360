import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kith } from '../kith.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { NmdcRelay } from '../peers/nmdc-hub.ts'
import { needs } from '../peers/process.ts'
import { OnHub, sharesOf } from './on-hub.ts'

const largeBytes = 30 * 1024 * 1024

async function folderOf(path: string, name: string): Promise<string> {
  const folder = join(path, name)
  await put(join(folder, `${name} large.bin`), bytesFrom(name, largeBytes))
  await put(join(folder, 'in', `${name} small.bin`), bytesFrom(`${name}s`, 12_345))
  return folder
}

test('on an NMDC hub, EiskaltDC++, ncdc and Kith take from each other and talk', { timeout: 600_000 }, async (t) => {
  if (!needs(t, 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
  await using at = await scratch()
  await using relay = await NmdcRelay.start({ Kith: 'sesame' })
  const hub = relay.address
  // What the others write in: Debian's locale.
  const login = `${hub.replace('//', '//Kith:sesame@')}/?charset=utf-8`
  const [fromEiskalt, fromNcdc, ours] = [
    await folderOf(at.path, 'eis'),
    await folderOf(at.path, 'nc'),
    await folderOf(at.path, 'ours'),
  ]
  await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
  await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
  await eiskalt.join(hub)
  await eiskalt.share(fromEiskalt, 'eis')
  await ncdc.share(fromNcdc, 'nc')
  await ncdc.join(hub)

  for (const mode of ['active', 'passive'] as const) {
    await using on = await OnHub.start(login, [], { mode })
    const links: string[] = []
    for (const [nick, name] of [
      ['eiskalt', 'eis'],
      ['ncdc', 'nc'],
    ] as const) {
      const hit = await on.find({ words: [name, 'large'] }, ({ peer }) => peer.name === nick)
      const byRoot = await on.find({ words: [], digest: hit.content.digests[0]! }, ({ peer }) => peer.name === nick)
      assert.deepEqual(byRoot.content, hit.content)
      let list = new Map<string, string>()
      await until(
        async () => {
          list = await on.list(hit.peer)
          return list.size === 2
        },
        120_000,
        () => ({ list: [...list.keys()], log: on.lines }),
      )
      links.push(...list.values())
    }
    await on[Symbol.asyncDispose]()
    await using kith = await Kith.start(at.at(mode), [`directconnect.hubs=${login}`, `directconnect.mode=${mode}`])
    const transfers = await Promise.all(links.map((link) => kith.add(link)))
    for (const { id } of transfers) await kith.complete(id)
    const got = Object.values(await tree(kith.downloads)).sort()
    const wanted = [...Object.values(await tree(fromEiskalt)), ...Object.values(await tree(fromNcdc))].sort()
    assert.deepEqual(got, wanted)
  }

  const shares = await sharesOf(ours)
  await using on = await OnHub.start(login, shares)
  assert.deepEqual(await eiskalt.find('ours large'), ['Kith: ours/ours large.bin'])
  await eiskalt.fetch(
    hub,
    'Kith',
    shares.map((share) => on.link(share)),
  )
  await eiskalt.done()
  // What is through it moves to its place.
  const moved = async (): Promise<string[]> => Object.values(await tree(eiskalt.downloads).catch(() => ({}))).sort()
  await until(async () => (await moved()).length === 2)
  assert.deepEqual(await moved(), Object.values(await tree(ours)).sort())
  await ncdc.tab('#hub')
  await ncdc.fetchAll('Kith')
  const there = async (): Promise<string[]> => Object.values(await tree(join(ncdc.downloads, 'ours')).catch(() => ({})))
  await until(async () => (await there()).length === 2)
  assert.deepEqual((await there()).sort(), Object.values(await tree(ours)).sort())

  await on.member.chat.say(hub, 'a | and a $ ü')
  await until(async () => (await eiskalt.chat(hub)).includes('<Kith> a | and a $ ü'))
  await eiskalt.call('hub.say', { huburl: hub, message: 'back | and $' })
  assert.equal(await on.heard('back | and $', 'eiskalt'), hub)
  await eiskalt.call('hub.pm', { huburl: hub, nick: 'Kith', message: 'between us' })
  assert.equal(await on.heard('between us', 'eiskalt'), `${hub}/eiskalt`)
  await on.member.chat.say(`${hub}/ncdc`, 'psst')
  await ncdc.tab('~Kith')
  await until(async () => (await ncdc.screen()).includes('<Kith> psst'))
})
