import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { command, lines } from '../command.ts'
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
    { timeout: 900_000 },
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

test(
  'what our hub offers is done from the command line, and who is spoken to is told',
  { timeout: 200_000 },
  async (t) => {
    if (!needs(t, 'ncdc', 'tmux')) return
    await using at = await scratch()
    const hub = await ourHub(at)
    await using _kith = hub.kith
    await hub.kith.client.call('register', {
      params: { id: 'directconnect', nick: 'anna' },
      body: { password: 'sesame', rank: 'operator' },
    })
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc')
    await ncdc.join(hub.at('dchub'))
    await using kith = await Kith.start(at.at('anna'))
    await command(kith, 'add', hub.at('adc').replace('//', '//anna:sesame@'))
    const room = hub.at('adc')
    // What it offers comes after the welcome.
    await until(async () => /^Hub\/Count users and shares/m.test(await command(kith, 'chat', 'menu', room)))
    await command(kith, 'chat', 'run', room, 'Hub/Count users and shares')
    await until(async () => /2 users/.test(await command(kith, 'chat', room)))
    await command(kith, 'chat', 'run', room, 'Hub/Say to all', 'all about harbours')
    await until(async () => /all about harbours/.test(await ncdc.screen()))
    await assert.rejects(command(kith, 'chat', 'run', room, 'Hub/Send away', '--to', 'ncdc'), /It asks: Why/)
    await assert.rejects(
      command(kith, 'chat', 'run', room, 'Hub/Send away', '--to', 'nobody', 'so'),
      /is not on the hub/,
    )

    await ncdc.type('nobody in particular')
    await ncdc.type('Anna, look here')
    await until(async () => /\d unread, 1 to you/.test(await command(kith, 'chat')))
    const said = (await lines(kith, 'chat', room)) as { text: string; mention?: true }[]
    assert.deepEqual(
      said.filter(({ mention }) => mention).map(({ text }) => text),
      ['Anna, look here'],
    )

    await command(kith, 'chat', 'run', room, 'Hub/Send away', '--to', 'ncdc', 'so')
    await until(async () => /sent you away: so/.test(await ncdc.screen()))
  },
)

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
