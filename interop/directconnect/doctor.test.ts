import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command } from '../command.ts'
import { Kith } from '../kith.ts'
import { scratch } from '../material.ts'
import { until } from '../peers/client.ts'
import { freePort } from '../peers/process.ts'

test('kith doctor names the hub that does not answer, until another one does', { timeout: 250_000 }, async () => {
  await using at = await scratch()
  const nobody = `adc://127.0.0.1:${await freePort()}`
  await using kith = await Kith.start(at.at('kith'), [`directconnect.hubs=${nobody}`])
  const said = async (): Promise<string | undefined> =>
    (await kith.client.call('doctor')).find(({ name }) => name === 'directconnect')?.message
  await until(async () => (await said())?.includes('fails') === true, 90_000, said)
  const refused = await command(kith, 'doctor').then(
    () => assert.fail('It found everything in order'),
    (error: { stdout: string; stderr: string }) => error,
  )
  assert.match(refused.stdout, new RegExp(`!! {2}directconnect: .*, but ${nobody} fails: Nobody listens`))
  assert.match(refused.stderr, /Something needs your attention/)

  const port = await freePort()
  const own = [`directconnect.directoryPort=${port}`, 'directconnect.directory=true']
  await using _hub = await Kith.start(at.at('hub'), own)
  await command(kith, 'add', `adc://127.0.0.1:${port}`)
  await until(async () => (await said()) === 'Direct Connect is joined', 90_000, said)
  assert.match(await command(kith, 'doctor'), /ok {2}directconnect: Direct Connect is joined$/m)
})
