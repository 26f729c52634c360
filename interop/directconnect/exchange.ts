import assert from 'node:assert/strict'
import { join } from 'node:path'
import { digestBy } from '@kith/core/content/content.ts'
import { urnsOf } from '@kith/wire/urn.ts'
import { Kith } from '../kith.ts'
import type { Scratch } from '../material.ts'
import { bytesFrom, put, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { OnHub, sharesOf } from './on-hub.ts'

const largeBytes = 200 * 1024 * 1024
const small = 12
/** Whoever was refused a connection comes again a minute later, and the machine may be busy. */
const patienceMs = 240_000

/** A large file and a folder of small ones, which nobody else has. */
export async function material(at: Scratch, name: string): Promise<string> {
  const folder = at.at(name)
  await put(join(folder, `${name} large.bin`), bytesFrom(name, largeBytes))
  for (let index = 0; index < small; index++)
    await put(join(folder, 'small', `${name} ${index} ü.bin`), bytesFrom(`${name}${index}`, index * 7_919))
  return folder
}

/** What is in a folder and all below it, whatever the folders are called; others do not fetch what is empty. */
async function filesIn(folder: string): Promise<Record<string, string>> {
  const found = await tree(folder).catch(() => ({}))
  const named = Object.entries(found).map(([path, file]) => [path.split('/').at(-1)!, file] as const)
  const full = named.filter(([, file]) => !file.startsWith('0 '))
  return Object.fromEntries(full.toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

/** Waits until somebody has all the files of a folder, and compares them. */
export async function arrived(folder: string, wanted: string): Promise<void> {
  const all = await filesIn(wanted)
  const names = (files: Record<string, string>): string => Object.keys(files).join('\n')
  const got = async (): Promise<Record<string, string>> =>
    Object.fromEntries(Object.entries(await filesIn(folder)).filter(([name]) => name in all))
  await until(async () => names(await got()) === names(all), patienceMs, got)
  assert.deepEqual(await got(), all)
}

interface Foreign {
  readonly nick: string
  /** Where what it shares is. */
  readonly folder: string
}

/** Finds what somebody has, by name and by root, and reads their list, whole and of one folder; gives its links by path. */
export async function look(on: OnHub, { nick, folder }: Foreign): Promise<ReadonlyMap<string, string>> {
  const name = folder.split('/').at(-1)!
  const hit = await on.find({ words: [name, 'large'] }, ({ peer }) => peer.name === nick)
  assert.equal(hit.content.size, largeBytes)
  const byRoot = await on.find({ words: [], digest: hit.content.digests[0]! }, ({ peer }) => peer.name === nick)
  assert.deepEqual(byRoot.content, hit.content)
  let list = new Map<string, string>()
  await until(
    async () => (list = await on.list(hit.peer)).size === 1 + small,
    patienceMs,
    () => ({ list: [...list.keys()], log: on.lines }),
  )
  const inSmall = [...list.keys()].filter((path) => path.includes('/small/'))
  let ofFolder: string[] = []
  await until(
    async () => (ofFolder = [...(await on.list(hit.peer, 60_000, [name, 'small'])).keys()]).length > 0,
    patienceMs,
    () => on.lines,
  )
  assert.deepEqual(ofFolder.sort(), inSmall.sort())
  return list
}

/** Fetches all of a list into the folders that it is in. */
export async function fetchAll(kith: Kith, list: ReadonlyMap<string, string>, into: string): Promise<void> {
  const transfers = []
  for (const [path, link] of list) transfers.push(await kith.add(link, join(into, path, '..')))
  for (const { id } of transfers) await kith.complete(id, patienceMs)
}

/** On one hub ncdc, EiskaltDC++ and Kith find, list and take all that the others have, and talk. */
export async function exchange(at: Scratch, hub: string): Promise<void> {
  const own = /^(dchub|nmdcs):/.test(hub) ? `${hub}/?charset=utf-8` : hub
  const [ofNcdc, ofEiskalt, ours] = [await material(at, 'nc'), await material(at, 'eis'), await material(at, 'ours')]
  await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
  await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt', { MinimumSearchInterval: '5' })
  await Promise.all([ncdc.share(ofNcdc, 'nc'), eiskalt.share(ofEiskalt, 'eis')])
  await Promise.all([ncdc.join(hub), eiskalt.join(hub)])
  const shares = await sharesOf(ours)
  // It accepts one connection from each user: who gives and who looks are two.
  await using giver = await OnHub.start(own, shares, { nick: 'Giver' })
  await using looker = await OnHub.start(own, [], { nick: 'Looker' })

  // All find what is ours.
  const large = shares.find(({ content }) => content.size === largeBytes)!
  const root = urnsOf([digestBy(large.content, 'tth')!])[0]!
    .split(':')
    .at(-1)!
  assert.deepEqual(await eiskalt.find('ours large'), ['Giver: ours/ours large.bin'])
  assert.deepEqual(await eiskalt.find(root, 'tth'), ['Giver: ours/ours large.bin'])
  for (const query of ['ours large', `tth:${root}`]) {
    await ncdc.find(query, 'ours large.bin')
    await ncdc.tab('#hub')
  }

  // Everybody takes from the others.
  await using kith = await Kith.start(at.at('kith'), [`directconnect.hubs=${own}`, 'directconnect.nick=Taker'])
  const fromNcdc = await look(looker, { nick: 'ncdc', folder: ofNcdc })
  await Promise.all([
    ncdc.fetchAll('eiskalt').then(() => arrived(ncdc.downloads, ofEiskalt)),
    eiskalt.fetchFolder(hub, 'ncdc', 'nc').then(() => arrived(eiskalt.downloads, ofNcdc)),
    eiskalt
      .fetch(
        hub,
        'Giver',
        shares.map((share) => giver.link(share)),
      )
      .then(() => arrived(eiskalt.downloads, ours)),
    fetchAll(kith, fromNcdc, at.at('got')),
  ])
  const fromEiskalt = await look(looker, { nick: 'eiskalt', folder: ofEiskalt })
  await ncdc.tab('#hub')
  await Promise.all([
    ncdc.fetchAll('Giver').then(() => arrived(ncdc.downloads, ours)),
    fetchAll(kith, fromEiskalt, at.at('got')),
  ])
  assert.deepEqual(await tree(at.at('got', 'nc')), await tree(ofNcdc))
  // What is empty is the same file in both folders, and is fetched once.
  assert.deepEqual(await filesIn(at.at('got', 'eis')), await filesIn(ofEiskalt))

  await talk(hub, giver, ncdc, eiskalt)
}

async function talk(hub: string, on: OnHub, ncdc: Ncdc, eiskalt: Eiskalt): Promise<void> {
  await ncdc.tab('#hub')
  await on.member.chat.say(hub, 'hello from Kith')
  await until(async () => (await eiskalt.chat(hub)).includes('<Giver> hello from Kith'))
  await until(async () => (await ncdc.screen()).includes('<Giver> hello from Kith'))
  await eiskalt.call('hub.say', { huburl: hub, message: 'hello | from $ eiskalt' })
  assert.equal(await on.heard('hello | from $ eiskalt', 'eiskalt'), hub)
  await ncdc.type('hello from ncdc')
  assert.equal(await on.heard('hello from ncdc', 'ncdc'), hub)
  await eiskalt.call('hub.pm', { huburl: hub, nick: 'Giver', message: 'between us' })
  assert.equal(await on.heard('between us', 'eiskalt'), `${hub}/eiskalt`)
  await ncdc.type('/msg Giver between the two of us')
  assert.equal(await on.heard('between the two of us', 'ncdc'), `${hub}/ncdc`)
  await on.member.chat.say(`${hub}/ncdc`, 'and back')
  await ncdc.tab('~Giver')
  await until(async () => (await ncdc.screen()).includes('<Giver> and back'))
}
