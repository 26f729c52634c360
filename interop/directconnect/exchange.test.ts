import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { digestBy } from '@kith/core/content/content.ts'
import { formatKeyprint } from '@kith/directconnect/wire/keyprint.ts'
import { urnsOf } from '@kith/wire/urn.ts'
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
const small = 12
/** Whoever was refused a connection comes again a minute later, and the machine may be busy. */
const patienceMs = 240_000

/** A large file and a folder of small ones, which nobody else has. */
async function material(at: Scratch, name: string): Promise<string> {
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
async function arrived(folder: string, wanted: string): Promise<void> {
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
async function look(on: OnHub, { nick, folder }: Foreign): Promise<ReadonlyMap<string, string>> {
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
  assert.deepEqual([...(await on.list(hit.peer, 60_000, [name, 'small'])).keys()].sort(), inSmall.sort())
  return list
}

/** Fetches all of a list into the folders that it is in. */
async function fetchAll(kith: Kith, list: ReadonlyMap<string, string>, into: string): Promise<void> {
  const transfers = []
  for (const [path, link] of list) transfers.push(await kith.add(link, join(into, path, '..')))
  for (const { id } of transfers) await kith.complete(id, patienceMs)
}

test(
  'on a uhub, Kith takes a large file and a folder from ncdc and EiskaltDC++ and gives them, all find, browse and talk',
  { timeout: 900_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
    await using at = await scratch()
    await using uhub = await Uhub.start(at.at('uhub'))
    const hub = uhub.address
    const [ofNcdc, ofEiskalt, ours] = [await material(at, 'nc'), await material(at, 'eis'), await material(at, 'ours')]
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt', { MinimumSearchInterval: '5' })
    await Promise.all([ncdc.share(ofNcdc, 'nc'), eiskalt.share(ofEiskalt, 'eis')])
    await Promise.all([ncdc.join(hub), eiskalt.join(hub)])
    const shares = await sharesOf(ours)
    // It accepts one connection from each user: who gives and who looks are two.
    await using giver = await OnHub.start(hub, shares, { nick: 'Giver' })
    await using looker = await OnHub.start(hub, [], { nick: 'Looker' })

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

    // Everybody takes from the others, except EiskaltDC++ from ncdc: it takes minutes over its many retries there.
    await using kith = await Kith.start(at.at('kith'), [`directconnect.hubs=${hub}`, 'directconnect.nick=Taker'])
    const fromNcdc = await look(looker, { nick: 'ncdc', folder: ofNcdc })
    await Promise.all([
      ncdc.fetchAll('eiskalt').then(() => arrived(ncdc.downloads, ofEiskalt)),
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
  },
)

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

test(
  'on a uhub with TLS and passwords, keyprints are checked, and Kith and ncdc take from each other inside TLS',
  { timeout: 400_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux')) return
    await using at = await scratch()
    await using uhub = await Uhub.start(at.at('uhub'), { tls: true, users: { Kith: 'sesame' } })
    const login = (more: string): string => `${uhub.address.replace('//', '//Kith:sesame@')}${more}`
    const certificate = new X509Certificate(await readFile(at.at('uhub', 'cert.pem')))
    const right = formatKeyprint(Uint8Array.fromHex(certificate.fingerprint256.replaceAll(':', '')))
    const refused = (hub: string, code: RegExp): Promise<void> => assert.rejects(OnHub.start(hub, [], {}, code), code)
    await refused(login(`/?kp=${formatKeyprint(new Uint8Array(32))}`), /net\/certificate/)
    await refused(uhub.address.replace('//', '//Kith:wrong@'), /directconnect\/password-wrong/)

    const [ofNcdc, ours] = [await material(at, 'nc'), await material(at, 'ours')]
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc', { tls_policy: 'prefer' })
    await ncdc.share(ofNcdc, 'nc')
    await ncdc.join(uhub.address)
    // Whoever does not speak TLS gets nothing from us, and we take nothing from them.
    await using on = await OnHub.start(login(`/?kp=${right}`), await sharesOf(ours), { encryption: 'required' })
    assert.equal(on.member.gateways.list()[0]?.state, 'attached')
    assert.equal(on.member.gateways.list()[0]?.address, uhub.address, 'nobody is shown the password')
    await ncdc.fetchAll('Kith')
    await arrived(ncdc.downloads, ours)
    const list = await look(on, { nick: 'ncdc', folder: ofNcdc })
    await on[Symbol.asyncDispose]()
    await using kith = await Kith.start(at.at('kith'), [
      `directconnect.hubs=${login(`/?kp=${right}`)}`,
      'directconnect.encryption=required',
    ])
    await fetchAll(kith, list, at.at('got'))
    assert.deepEqual(await tree(at.at('got', 'nc')), await tree(ofNcdc))
  },
)
