import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kith } from '../kith.ts'
import type { Scratch } from '../material.ts'
import { bytesFrom, put, scratch } from '../material.ts'
import { until } from '../peers/client.ts'
import { Eiskalt } from '../peers/eiskalt.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { freePort, needs } from '../peers/process.ts'
import { exchange } from './exchange.ts'
import { OnHub } from './on-hub.ts'

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

async function folderOf(at: Scratch, name: string): Promise<string> {
  const folder = at.at(name)
  await put(join(folder, `${name} large.bin`), bytesFrom(name, 1024 * 1024))
  return folder
}

for (const [ncdcSpeaks, eiskaltSpeaks] of [
  ['adc', 'dchub'],
  ['dchub', 'adc'],
  ['adcs', 'nmdcs'],
  ['nmdcs', 'adcs'],
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
      await eiskalt.share(await folderOf(at, 'eis'), 'eis')
      await eiskalt.join(theirs)
      await ncdc.share(await folderOf(at, 'nc'), 'nc')
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
    `on our hub, all with ${scheme}, ncdc, EiskaltDC++ and Kith find, take from each other and talk`,
    { timeout: 900_000 },
    async (t) => {
      if (!needs(t, 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
      await using at = await scratch()
      const hub = await ourHub(at)
      await using _kith = hub.kith
      const address = hub.at(scheme)
      await exchange(at, address)

      await using on = await OnHub.start(address, [])
      const count = () => on.member.chat.commands(address).find(({ path }) => path.at(-1) === 'Count users and shares')
      await until(async () => count() !== undefined)
      await on.member.chat.run(address, count()!.id, {})
      await until(async () => on.member.chat.history(address).some(({ text }) => /^1 users\n/.test(text)))
    },
  )
}
