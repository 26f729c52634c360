import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kith } from '../kith.ts'
import type { Scratch } from '../material.ts'
import { bytesFrom, put, scratch, tree } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { freePort, needs } from '../peers/process.ts'
import { OnHub, sharesOf } from './on-hub.ts'

const mib = 1024 * 1024
/** What is the same inside TLS is shown with less. */
const large = { adc: 200 * mib, dchub: 200 * mib, adcs: 20 * mib, nmdcs: 20 * mib } as const

/** A daemon of ours with an open hub, and nothing else to do. */
async function ourHub(
  at: Scratch,
  settings: readonly string[] = [],
): Promise<{ kith: Kith; at(scheme: string): string }> {
  const port = await freePort()
  const kith = await Kith.start(at.at('hub'), [
    `directconnect.directoryPort=${port}`,
    'directconnect.directory=true',
    ...settings,
  ])
  return { kith, at: (scheme) => `${scheme}://127.0.0.1:${port}` }
}

async function folderOf(at: Scratch, name: string, largeBytes: number): Promise<string> {
  const folder = at.at(name)
  await put(join(folder, `${name} large.bin`), bytesFrom(name, largeBytes))
  await put(join(folder, 'in', `${name} small ü.bin`), bytesFrom(`${name}s`, 12_345))
  return folder
}

for (const [ncdcSpeaks, eiskaltSpeaks] of [
  ['adc', 'dchub'],
  ['dchub', 'adc'],
] as const) {
  test(
    `on our hub, ncdc with ${ncdcSpeaks} and EiskaltDC++ with ${eiskaltSpeaks} talk and find each other`,
    { timeout: 600_000 },
    async (t) => {
      if (!needs(t, 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
      await using at = await scratch()
      const hub = await ourHub(at, ['directconnect.directoryWelcome=Welcome to all'])
      await using _kith = hub.kith
      await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
      await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
      const theirs = hub.at(eiskaltSpeaks)
      await eiskalt.share(await folderOf(at, 'eis', mib), 'eis')
      await eiskalt.join(theirs)
      await ncdc.share(await folderOf(at, 'nc', mib), 'nc')
      await ncdc.join(hub.at(ncdcSpeaks))
      await until(async () => /Welcome to all/.test(await ncdc.screen()))
      await until(async () => (await eiskalt.chat(theirs)).includes('Welcome to all'))

      await ncdc.type('hello | from $ ncdc ü')
      await until(async () => (await eiskalt.chat(theirs)).includes('<ncdc> hello | from $ ncdc ü'))
      await eiskalt.call('hub.say', { huburl: theirs, message: 'and $ back | ü' })
      await until(async () => (await ncdc.screen()).includes('<eiskalt> and $ back | ü'))
      await eiskalt.call('hub.pm', { huburl: theirs, nick: 'ncdc', message: 'between us' })
      await ncdc.tab('~eiskalt')
      await until(async () => (await ncdc.screen()).includes('<eiskalt> between us'))
      await ncdc.tab('#hub')

      assert.deepEqual(await eiskalt.find('nc large'), ['ncdc: nc/nc large.bin'])
      await ncdc.find('eis large', 'eis large.bin')
      await until(async () => {
        const { directory } = await hub.kith.client.call('network', { params: { id: 'directconnect' } })
        return directory?.counts['users'] === 2
      })
    },
  )
}

for (const scheme of ['adc', 'adcs', 'dchub', 'nmdcs'] as const) {
  test(
    `on our hub, all with ${scheme}, ncdc, EiskaltDC++ and Kith take from each other`,
    { timeout: 600_000 },
    async (t) => {
      if (!needs(t, 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
      await using at = await scratch()
      const hub = await ourHub(at)
      await using _kith = hub.kith
      const address = hub.at(scheme)
      await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
      await using eiskalt = await Eiskalt.start(at.at('eiskalt'), 'eiskalt')
      const bytes = large[scheme]
      const [fromNcdc, fromEiskalt] = [await folderOf(at, 'nc', bytes), await folderOf(at, 'eis', bytes)]
      await eiskalt.share(fromEiskalt, 'eis')
      await eiskalt.join(address)
      await ncdc.share(fromNcdc, 'nc')
      await ncdc.join(address)
      const ours = await folderOf(at, 'ours', bytes)
      await using on = await OnHub.start(
        `${address}${scheme === 'dchub' || scheme === 'nmdcs' ? '/?charset=utf-8' : ''}`,
        await sharesOf(ours),
      )

      await ncdc.fetchAll('eiskalt')
      const got = (name: string): Promise<Record<string, string>> => tree(join(ncdc.downloads, name)).catch(() => ({}))
      await until(async () => Object.keys(await got('eis')).length === 2, 120_000)
      assert.deepEqual(await got('eis'), await tree(fromEiskalt))
      await ncdc.tab('#hub')
      await ncdc.fetchAll('Kith')
      await until(async () => Object.keys(await got('ours')).length === 2, 120_000)
      assert.deepEqual(await got('ours'), await tree(ours))

      const hit = await on.find({ words: ['eis', 'large'] }, ({ peer }) => peer.name === 'eiskalt')
      assert.equal(hit.content.size, bytes)
      await on.find({ words: [], digest: hit.content.digests[0]! }, ({ peer }) => peer.name === 'eiskalt')
      const room = address
      await on.member.chat.say(room, 'hello from Kith')
      await until(async () => (await eiskalt.chat(address)).includes('<Kith> hello from Kith'))
      const count = () => on.member.chat.commands(room).find(({ path }) => path.at(-1) === 'Count users and shares')
      await until(async () => count() !== undefined)
      await on.member.chat.run(room, count()!.id, {})
      await until(async () => on.member.chat.history(room).some(({ text }) => /^3 users\n/.test(text)))
      await eiskalt.call('hub.pm', { huburl: address, nick: 'Kith', message: 'between us' })
      assert.equal(await on.heard('between us', 'eiskalt'), `${room}/eiskalt`)
    },
  )
}
