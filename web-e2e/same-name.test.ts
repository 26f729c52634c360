import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kith } from '@kith/interop/kith.ts'
import { accessible, becomes, launch, openPage, until } from './browser.ts'

const noBrowser = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

test('two devices of one name have a box each', { skip: noBrowser, timeout: 300_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-same-name-page-'))
  const start = (home: string, name: string): Promise<Kith> =>
    Kith.start(join(folder, home), [`general.device_name=${name}`])
  try {
    await using ann = await start('ann', 'ann')
    await using one = await start('one', 'Laptop')
    await using other = await start('other', 'Laptop')
    for (const kith of [one, other]) {
      const { link } = await ann.client.call('invite', { body: {} })
      await kith.client.call('openInvitation', { body: { link } })
    }
    const devices = await until('both are paired', async () => {
      const all = await ann.client.call('devices')
      return all.filter(({ standing }) => standing === 'paired').length === 2 ? all : undefined
    })
    const [first, second] = devices.map(({ id }) => `Laptop (${id.slice(0, 8)})`)
    const game = await ann.client.call('offerGame', { body: { game: 'openttd', to: [] } })
    const granted = async (): Promise<readonly string[]> => {
      const [offered] = await ann.client.call('offeredGames')
      return offered!.to.map(({ id }) => id)
    }
    assert.deepEqual(game.to, [])

    await using browser = await launch().then((made) => ({
      page: () => openPage(made, ann),
      [Symbol.asyncDispose]: () => made.close(),
    }))
    const page = await browser.page()
    await page.getByTestId('nav-nearby').first().click()
    for (const name of [first!, second!]) await page.getByRole('button', { name: `Send to ${name}` }).waitFor()
    const offered = page.getByTestId('offered-games')
    const boxes = { first: offered.getByLabel(first!), second: offered.getByLabel(second!) }
    await boxes.first.check()
    await becomes(devices[0]!.id, async () => (await granted()).join())
    // What the daemon says is shown from now on, and the other box is as it was.
    await page.waitForResponse((answer) => answer.url().endsWith('/games') && answer.request().method() === 'GET')
    await until('the box is as the daemon says', () => boxes.first.isChecked())
    assert.equal(await boxes.second.isChecked(), false)
    await boxes.second.check()
    await becomes(2, async () => (await granted()).length)
    await boxes.first.uncheck()
    await becomes(devices[1]!.id, async () => (await granted()).join())
    await until('the other box stays', () => boxes.second.isChecked())

    // The same where the connection is lent.
    await page.getByLabel('Device', { exact: true }).selectOption({ label: second! })
    await page.getByRole('button', { name: 'Lend', exact: true }).click()
    await page.getByText(`Lent to ${second!}`).waitFor()
    const { loans } = await ann.client.call('internet')
    assert.deepEqual(
      loans.map(({ device }) => device.id),
      [devices[1]!.id],
    )
    await accessible(page, 'two of one name')
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
