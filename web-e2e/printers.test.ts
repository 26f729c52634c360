import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { Kith } from '@kith/interop/kith.ts'
import { canMakeNetworks } from '@kith/interop/namespaces.ts'
import { device, until } from '@kith/interop/neighbours/people.ts'
import { pdf, printerHere } from '@kith/interop/peers/ippeveprinter.ts'
import { needs } from '@kith/interop/peers/process.ts'
import { accessible, becomes, everyLook, launch, openPage, picture } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'
async function open(browser: Browser, kith: Kith): Promise<Page> {
  const page = await openPage(browser, kith)
  await page.getByTestId('nav-nearby').first().click()
  return page
}

test('a printer is added, lent, printed on, and a job is cancelled, all on the page', { skip }, async (t) => {
  // It wants Avahi and a system bus of its own, which need the same right.
  if (!(await canMakeNetworks(t)) || !needs(t, 'ippeveprinter', 'ipptool', 'avahi-daemon', 'dbus-daemon', 'unshare'))
    return
  const folder = await mkdtemp(join(tmpdir(), 'kith-printers-page-'))
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  await using printer = await printerHere(join(folder, 'printer'), 'Pine')
  await using ann = await Kith.start(join(folder, 'ann'), ['general.device_name=ann'])
  await using bob = await Kith.start(join(folder, 'bob'), ['general.device_name=bob'])
  const { link } = await bob.client.call('invite', { body: {} })
  await ann.client.call('openInvitation', { body: { link } })
  await device(bob, 'ann', ({ standing }) => standing === 'paired')
  await using browser = await launch()
  const page = await open(browser, ann)
  const other = await open(browser, bob)

  // Added by its address: a wrong one is told so.
  await other.getByLabel('Printer at an address').fill('somewhere')
  await other.getByRole('button', { name: 'Add the printer' }).click()
  await other.getByText('not the address of a printer').first().waitFor()
  assert.deepEqual(await bob.client.call('printers'), [])
  await other.getByLabel('Printer at an address').fill(printer.uri)
  await other.getByRole('button', { name: 'Add the printer' }).click()
  const own = other.getByTestId('printers').getByText('Pine', { exact: true })
  await own.waitFor()
  assert.deepEqual(await ann.client.call('nearbyPrinters'), [])

  // Nobody prints without a grant.
  await other.getByTestId('printers').getByLabel('ann').check()
  await page.getByTestId('printers').getByText('Pine of bob').waitFor()
  await until(
    async () => ((await bob.client.call('printers'))[0]?.to.some(({ name }) => name === 'ann') ? true : undefined),
    'the grant',
  )
  assert.ok(await other.getByTestId('printers').getByLabel('ann').isChecked())

  const paper = join(folder, 'tickets.pdf')
  const bytes = await pdf(paper, randomBytes(200_000))
  await page.getByLabel('File of Kith’s machine').fill(paper)
  await page.getByRole('button', { name: 'Print', exact: true }).click()
  const jobs = page.getByTestId('print-jobs').getByRole('listitem')
  await jobs.first().getByText('tickets.pdf').waitFor()
  // Both sides see it, and what becomes of it, without asking.
  await other.getByTestId('print-jobs').getByText('tickets.pdf').waitFor()
  await jobs.first().getByText('Printed').waitFor()
  await other.getByTestId('print-jobs').getByText('Printed').waitFor()
  assert.ok((await printer.printed()).some((one) => Buffer.compare(one, bytes) === 0))

  await until(async () => {
    await bob.client.call('findPrinters')
    return (await bob.client.call('printers'))[0]?.state === 'idle' ? true : undefined
  }, 'the printer is idle')
  await printer.hold(true)
  await page.getByRole('button', { name: 'Print', exact: true }).click()
  await page.getByRole('button', { name: 'Cancel tickets.pdf' }).click()
  await jobs.first().getByText('Cancelled').waitFor()
  await becomes(2, () => jobs.count())
  await printer.hold(false)
  await everyLook(page, 'printers', '/nearby')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByTestId('print-jobs').scrollIntoViewIfNeeded()
  await picture(page, 'printers-jobs')
  await accessible(other, 'printers, who lends')
  await other.getByTestId('printers').scrollIntoViewIfNeeded()
  await picture(other, 'printers-lent')

  await other.getByRole('button', { name: 'Forget the printer Pine' }).click()
  await own.waitFor({ state: 'detached' })
  await until(async () => ((await bob.client.call('printers')).length === 0 ? true : undefined), 'it is forgotten')
})
