import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { digest } from '@kith/core/content/digest.ts'
import { proofOf } from '@kith/neighbours/talk/invitation.ts'
import { parseInvitation } from '@kith/neighbours/wire/invitation.ts'
import { encodeGiven, encodeKnock } from '@kith/neighbours/wire/messages.ts'
import { encodeSaid } from '@kith/neighbours/wire/said.ts'
import { Kith } from '../kith.ts'
import { needs } from '../peers/process.ts'
import { Rude, rudeIdentity } from '../peers/rude.ts'
import { temporary } from './people.ts'

const run = promisify(execFile)

test('what another device was told is known to one that was killed right after', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'openssl')) return
  await using folder = await temporary()
  await using ann = await Kith.start(join(folder.path, 'ann'), ['general.device_name=ann'])
  const guest = await rudeIdentity(join(folder.path, 'guest'))
  /** Asks one thing, and kills at the moment of the answer. */
  const askAndKill = async (path: string, body: Uint8Array): Promise<number> => {
    await using rude = await Rude.connect(await ann.port(), guest)
    const { status } = await rude.ask('POST', path, body)
    await ann.kill()
    await ann.start()
    return status
  }

  const { link } = await ann.client.call('invite', { body: {} })
  const { secret, device } = parseInvitation(link)
  const proof = proofOf(secret, Buffer.from(device, 'hex'), Buffer.from(guest.id, 'hex'))
  assert.equal(await askAndKill('/invited', encodeKnock({ name: 'guest', port: 1, proof })), 200)
  const [known] = await ann.client.call('devices')
  assert.deepEqual([known?.name, known?.standing], ['guest', 'paired'])
  assert.deepEqual(await ann.client.call('invitations'), [], 'it counts once')

  const said = { id: 'ab'.repeat(16), text: 'are you there?', at: 1_700_000_000_000 }
  assert.equal(await askAndKill('/talk', encodeSaid(said)), 204)
  const messages = await ann.client.call('messages', { params: { id: 'guest' } })
  assert.deepEqual(
    messages.map(({ text, own }) => [text, own]),
    [[said.text, false]],
  )

  const given = { digests: [digest(`kith:${'cd'.repeat(32)}`)], name: 'film.mkv', size: 5, files: 1 }
  assert.equal(await askAndKill('/gift', encodeGiven(given)), 202)
  const gifts = await ann.client.call('gifts')
  assert.deepEqual(
    gifts.map(({ name, from }) => [name, from.name]),
    [['film.mkv', 'guest']],
  )
})

test('what a file manager was told is known to one that was killed right after', { timeout: 300_000 }, async (t) => {
  if (!needs(t, 'curl')) return
  await using folder = await temporary()
  const shared = join(folder.path, 'shared')
  await mkdir(shared)
  await writeFile(join(shared, 'a.txt'), 'text')
  await using kith = await Kith.start(join(folder.path, 'home'), ['webdav.on=true', 'webdav.port=0'])
  await kith.client.call('shareFolder', { body: { path: shared, name: 'files', audience: 'nobody' } })
  await kith.client.call('setDavUser', { params: { id: 'ann' }, body: { password: 'long enough', write: ['files'] } })
  const curl = async (...args: readonly string[]): Promise<string> => {
    const { url } = await kith.client.call('dav')
    return (await run('curl', ['-sS', '-u', 'ann:long enough', ...args, `${url}files/a.txt`])).stdout
  }
  const set = `<?xml version="1.0"?><propertyupdate xmlns="DAV:"><set><prop><colour xmlns="urn:x">red</colour></prop></set></propertyupdate>`
  assert.match(await curl('-X', 'PROPPATCH', '--data-binary', set), / 200 /)
  await kith.kill()
  await kith.start()
  assert.match(await curl('-X', 'PROPFIND', '-H', 'Depth: 0'), />red</)
})
