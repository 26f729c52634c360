import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { canMakeNetworks, localNetwork } from '@kith/interop/namespaces.ts'
import { device, start, until } from '@kith/interop/neighbours/people.ts'
import { localSendPort, ran, strictReceiver } from '@kith/interop/peers/localsend.ts'
import { needs } from '@kith/interop/peers/process.ts'
import { accessible, drag, everyLook, launchWithin, openPage } from './browser.ts'

const skip = existsSync('/usr/bin/chromium') ? false : 'needs the Debian package chromium'

test('a phone with LocalSend is sent to, and sends, all on the page', { skip, timeout: 600_000 }, async (t) => {
  if (!(await canMakeNetworks(t)) || !needs(t, 'python3', 'openssl', 'curl')) return
  const folder = await mkdtemp(join(tmpdir(), 'kith-localsend-page-'))
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
  await using lan = await localNetwork(2)
  const [one, other] = lan.machines
  await using ann = await start(folder, 'ann', one!)
  await using phone = await strictReceiver(other!, join(folder, 'phone'), 'Telefon')
  await device(ann, 'Telefon', () => true)
  await using browser = await launchWithin(one!, folder)
  const page = await openPage(browser, ann)
  await page.getByTestId('nav-nearby').first().click()

  // It stands among the devices, is sent to, and asks for a PIN.
  const row = page.getByTestId('device-Telefon')
  await row.getByText('Speaks LocalSend').waitFor()
  const film = join(folder, 'a film.bin')
  const bytes = randomBytes(2_000_000)
  await writeFile(film, bytes)
  // At the pace of a slow phone it takes more than a minute.
  const long = join(folder, 'a long film.bin')
  await writeFile(long, Buffer.alloc(120_000_000))
  const send = async (pin: string, path = film): Promise<void> => {
    await row.getByRole('button', { name: 'Send to Telefon' }).click()
    await page.getByLabel('Or a file or folder of Kith’s machine').fill(path)
    await page.getByLabel('PIN').fill(pin)
    await page
      .getByRole('dialog', { name: 'Send to Telefon' })
      .getByRole('button', { name: 'Send', exact: true })
      .click()
    await page.getByText('Telefon is asked').first().waitFor()
  }
  const rows = page.getByTestId('deliveries').getByRole('listitem')
  await phone.mode('pin 987654')
  await send('')
  await rows.filter({ hasText: 'It did not work · The device wants a PIN' }).waitFor()
  await send('111111')
  await rows.filter({ hasText: 'It did not work · The PIN is wrong' }).waitFor()
  await send('987654')
  await rows.filter({ hasText: 'Arrived' }).waitFor()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  assert.ok((await phone.saw()).some((saw) => saw.sha256 === sha256))

  // A file of the browser that is dropped on it is sent too; while it goes it can be ended.
  await phone.mode('accept')
  await drag(page, row, [film], true)
  await rows.filter({ hasText: 'Arrived' }).nth(1).waitFor()
  await phone.mode('slow')
  await send('', long)
  await page.getByRole('button', { name: 'End a long film.bin' }).click()
  await rows.filter({ hasText: 'Cancelled' }).waitFor()
  await phone.mode('decline')
  await send('')
  await rows.filter({ hasText: 'Refused' }).waitFor()

  // What it sends waits for a yes.
  const ask = (name: string): ReturnType<typeof ran> => {
    const info = { alias: 'Telefon', version: '2.1', fingerprint: 'curl', port: localSendPort, protocol: 'https' }
    const body = JSON.stringify({ info, files: { a: { id: 'a', fileName: name, size: 5, fileType: 'text/plain' } } })
    const url = `https://${one!.address}:${localSendPort}/api/localsend/v2/prepare-upload`
    const [command = '', ...within] = other!.within
    return ran(command, [...within, 'curl', '-sk', '-m', '170', '--data-binary', body, url])
  }
  const refused = ask('no.txt')
  await page.getByRole('button', { name: 'Refuse no.txt' }).click()
  assert.equal((await refused).text, '')
  const agreed = ask('yes.txt')
  await page.getByRole('button', { name: 'Take it: yes.txt' }).waitFor()
  await everyLook(page, 'localsend', '/nearby')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('button', { name: 'Take it: yes.txt' }).click()
  const { sessionId, files } = JSON.parse((await agreed).text) as { sessionId: string; files: { a: string } }
  const query = new URLSearchParams({ sessionId, fileId: 'a', token: files.a })
  const url = `https://${one!.address}:${localSendPort}/api/localsend/v2/upload?${query}`
  const [command = '', ...within] = other!.within
  await ran(command, [...within, 'curl', '-sk', '-m', '170', '--data-binary', 'hello', url])
  await rows.filter({ hasText: 'yes.txt' }).getByText('Arrived').waitFor()
  await until(
    async () => ((await readFile(join(ann.downloads, 'yes.txt'), 'utf8')) === 'hello' ? true : undefined),
    'the file is here',
  )
  await accessible(page, 'what came by LocalSend')

  // What is offered by a link with a PIN may be fetched by LocalSend as well.
  await page.getByRole('button', { name: 'Offer by a link' }).click()
  await page.getByLabel('File or folder of Kith’s machine').fill(film)
  await page.getByLabel('PIN').fill('4711')
  await page.getByLabel('LocalSend devices that know the PIN may fetch it too').check()
  await accessible(page, 'offering to LocalSend')
  await page.getByRole('button', { name: 'Make the link' }).click()
  await page.getByText('also by LocalSend').waitFor()
  const [visit] = await ann.client.call('visits')
  assert.deepEqual([visit?.pin, visit?.localsend], [true, true])
})
