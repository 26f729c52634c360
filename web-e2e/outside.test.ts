import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { canMakeNetworks, localNetwork } from '@kith/interop/namespaces.ts'
import { start } from '@kith/interop/neighbours/people.ts'
import { needs } from '@kith/interop/peers/process.ts'
import { outsideAddress, router, startRouter } from '@kith/interop/peers/router.ts'
import { accessible, everyLook, launchWithin, openPage } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

test('Networks says whether the router lets others in', { skip, timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, router, 'nft')) return
  const folder = await mkdtemp(join(tmpdir(), 'kith-outside-page-'))
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  await using lan = await localNetwork(3)
  const [gate, home, away] = lan.machines
  const speaks = { upnp: true, natpmp: true }
  await using _box = await startRouter(gate!, [home!], away!, join(folder, 'router'), speaks)
  await using ann = await start(folder, 'ann', home!)
  await using browser = await launchWithin(home!, folder)
  const page = await openPage(browser, ann)
  await page.getByTestId('nav-networks').first().click()
  const note = page.getByTestId('outside')
  const port = await ann.port()
  await note.getByText(`${outsideAddress}:${port}`).waitFor()
  await everyLook(page, 'networks-outside', '/networks')
  await page.setViewportSize({ width: 1440, height: 900 })

  const setting = { params: { id: 'connections.portMapping' }, body: { value: false } }
  await ann.client.call('setSetting', setting)
  await note.getByText('is not asked').waitFor()
  await accessible(page, 'without port mapping')
})

test('Networks says so where there is no router to ask, and what helps', { skip, timeout: 300_000 }, async (t) => {
  if (!(await canMakeNetworks(t))) return
  const folder = await mkdtemp(join(tmpdir(), 'kith-outside-page-'))
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  await using lan = await localNetwork(1)
  await using ann = await start(folder, 'ann', lan.machines[0]!)
  await using browser = await launchWithin(lan.machines[0]!, folder)
  const page = await openPage(browser, ann)
  await page.getByTestId('nav-networks').first().click()
  await page.getByTestId('outside').getByText('No router').waitFor()
  await accessible(page, 'without a router')
})
