import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { canMakeNetworks, localNetwork } from '@kith/interop/namespaces.ts'
import { device, start, until } from '@kith/interop/neighbours/people.ts'
import { everyLook, launchWithin, openPage } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

test(
  'virtual networks are made, joined and left on the page, between devices paired once',
  { skip, timeout: 300_000 },
  async (t) => {
    if (!(await canMakeNetworks(t))) return
    const folder = await mkdtemp(join(tmpdir(), 'kith-segments-page-'))
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
    await using lan = await localNetwork(2)
    const [one, other] = lan.machines
    await using ann = await start(folder, 'ann', one!)
    await using bob = await start(folder, 'bob', other!)
    await using browser = await launchWithin(one!, folder)
    const page = await openPage(browser, ann)
    await page.getByTestId('nav-nearby').first().click()

    await page.getByRole('button', { name: 'Pair with bob' }).click()
    await page.getByTestId('digits').waitFor()
    const { id } = await device(bob, 'ann', ({ digits }) => digits !== undefined)
    await page.getByRole('button', { name: 'Once, until Kith ends' }).click()
    await page.getByRole('button', { name: 'Waiting for bob' }).waitFor()
    await bob.client.call('acceptDevice', { params: { id }, body: {} })
    await page.getByRole('button', { name: 'Send to bob' }).waitFor()

    // Ours: for nobody at first, then with bob in it.
    const networks = page.getByTestId('segments')
    await page.getByLabel('Name of the network').fill('Arena')
    await page.getByRole('button', { name: 'Make a virtual network' }).click()
    const arena = networks.getByRole('listitem').filter({ hasText: 'Arena' })
    await arena.getByText(/here 10\.\d+\.\d+\.1\/24, fd[\da-f:]+::1\/64/).waitFor()
    assert.deepEqual(await bob.client.call('nearbySegments'), [])
    await arena.getByLabel('bob').check()
    const offered = await until(async () => (await bob.client.call('nearbySegments'))[0], 'bob may join')
    await bob.client.call('joinSegment', { body: { device: 'ann', segment: offered.id } })
    await arena.getByText(/bob 10\.\d+\.\d+\.\d+, fd[\da-f:]+::2/).waitFor()

    // Bob's: joined and left.
    await bob.client.call('createSegment', { body: { title: 'Duel', to: ['ann'] } })
    await page.getByRole('button', { name: 'Join Duel' }).click()
    const duel = networks.getByRole('listitem').filter({ hasText: 'Duel of bob' })
    await duel.getByText(/here 10\./).waitFor()
    await everyLook(page, 'segments', '/nearby')
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole('button', { name: 'Leave Duel' }).click()
    await page.getByRole('button', { name: 'Join Duel' }).waitFor()
    // What its owner ends is said, for its line goes.
    await page.getByRole('button', { name: 'Join Duel' }).click()
    await page.getByRole('button', { name: 'Leave Duel' }).waitFor()
    await bob.client.call('leaveSegment', { params: { id: 'Duel' } })
    await page.getByText('The virtual network Duel has ended for this machine').first().waitFor()
    await duel.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'End Arena for all' }).click()
    await arena.waitFor({ state: 'detached' })
    await until(async () => {
      const offered = await bob.client.call('nearbySegments')
      return offered.some(({ title }) => title === 'Arena') ? undefined : true
    }, 'nobody may join it any more')

    // Once was once.
    await ann.stop()
    await ann.start()
    await device(ann, 'bob', ({ standing }) => standing === 'stranger')
  },
)
