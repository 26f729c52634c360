import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash, createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Kith } from '../kith.ts'
import { canMakeNetworks, localNetwork, type Machine } from '../namespaces.ts'
import { localSendPort, ran } from '../peers/localsend.ts'
import { needs } from '../peers/process.ts'
import { device, pair, ready, start, temporary, until } from './people.ts'

const run = promisify(execFile)
const MIB = 1024 * 1024

/** Makes a home one from before keys were on Ed25519: its key is on P-256, from openssl. Gives the id that others know. */
async function asBefore(folder: string, home: string): Promise<string> {
  const [key, certificate] = [join(folder, 'old-key.pem'), join(folder, 'old-certificate.pem')]
  const how = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Kith', '-days', '3650']
  await run('openssl', ['req', '-x509', ...how, '-keyout', key, '-out', certificate])
  const { raw } = new X509Certificate(await readFile(certificate))
  const pkcs8 = createPrivateKey(await readFile(key)).export({ type: 'pkcs8', format: 'der' })
  const database = new DatabaseSync(join(home, 'state', 'kith.db'))
  const set = database.prepare('INSERT OR REPLACE INTO secrets (name, value) VALUES (?, ?)')
  set.run('neighbours key', pkcs8)
  set.run('neighbours certificate', raw)
  database.prepare("DELETE FROM secrets WHERE name LIKE 'neighbours http %'").run()
  database.close()
  return digestOf(raw)
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

interface Shown {
  /** What openssl says of the certificate. */
  readonly text: string
  readonly id: string
}

/** What openssl on another machine is shown at a port; undefined where the two find no common way. */
async function shown(from: Machine, to: Machine, port: number, ...more: readonly string[]): Promise<Shown | undefined> {
  const [command = '', ...within] = from.within
  const said = await ran(command, [
    ...within,
    'sh',
    '-c',
    `openssl s_client -connect ${to.address}:${port} -showcerts ${more.join(' ')} </dev/null`,
  ])
  const [pem] = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/.exec(said.text) ?? []
  if (pem === undefined) return undefined
  const text = await run('sh', ['-c', `echo "$1" | openssl x509 -noout -text`, 'sh', pem])
  return { text: text.stdout, id: digestOf(new X509Certificate(pem).raw) }
}

/** Sends a file, agrees, and compares. */
async function send(from: Kith, to: Kith, name: string, path: string): Promise<void> {
  await writeFile(path, randomBytes(9 * MIB + 11))
  await ready(from, await from.client.call('send', { body: { path, to: [name] } }))
  const gift = await until(async () => (await to.client.call('gifts'))[0], 'the gift is offered')
  const { transfer } = await to.client.call('takeGift', { params: { id: gift.id }, body: {} })
  const done = await to.complete(transfer.id)
  assert.ok((await readFile(path)).equals(await readFile(done.path!)))
}

test(
  'a new home is known by a key on Ed25519, an old one by its own, and they understand each other',
  {
    timeout: 600_000,
  },
  async (t) => {
    if (!(await canMakeNetworks(t)) || !needs(t, 'openssl')) return
    await using folder = await temporary()
    await using lan = await localNetwork(3)
    const [one, other, middle] = lan.machines
    // Neither of these two has a way to the other.
    await run('ip', ['-n', one!.name, 'route', 'add', 'unreachable', other!.address])
    await run('ip', ['-n', other!.name, 'route', 'add', 'unreachable', one!.address])
    await using ann = await start(folder.path, 'ann', one!)
    await ann.stop()
    const old = await asBefore(folder.path, ann.home)
    await ann.start()
    await using bob = await start(folder.path, 'bob', other!)
    await using cem = await start(folder.path, 'cem', middle!, ['neighbours.lend_relay=true'])

    await t.test(
      'openssl is shown a certificate on Ed25519 where devices speak, and its digest is the id',
      async () => {
        const { id } = await device(ann, 'cem', ({ near }) => near)
        const seen = await shown(one!, middle!, await cem.port(), '-alpn', 'h2')
        assert.equal(seen?.id, id)
        assert.match(seen.text, /Public Key Algorithm: ED25519/)
        assert.equal(seen.text.match(/Signature Algorithm: ED25519/g)?.length, 2)
        // Who knows nothing but P-256, as browsers do, finds no common way here.
        const asBrowser = ['-alpn', 'h2', '-sigalgs', 'ECDSA+SHA256']
        assert.equal(await shown(one!, middle!, await cem.port(), ...asBrowser), undefined)
      },
    )

    await t.test('phones with LocalSend see another, on P-256, and it is the one that is announced', async () => {
      const seen = await shown(one!, middle!, localSendPort, '-sigalgs', 'ECDSA+SHA256', '-tls1_2')
      assert.match(seen!.text, /ASN1 OID: prime256v1/)
      const [command = '', ...within] = one!.within
      const at = `https://${middle!.address}:${localSendPort}/api/localsend/v2/info`
      const info = await ran(command, [...within, 'curl', '-sk', '-m', '170', at])
      const { fingerprint } = JSON.parse(info.text) as { fingerprint: string }
      assert.equal(fingerprint, seen!.id)
      assert.notEqual(fingerprint, (await device(ann, 'cem', () => true)).id)
    })

    await t.test('an old home is who it was, to devices and to phones', async () => {
      assert.equal((await device(cem, 'ann', ({ near }) => near)).id, old)
      const seen = await shown(middle!, one!, await ann.port(), '-alpn', 'h2')
      assert.equal(seen?.id, old)
      assert.match(seen.text, /ASN1 OID: prime256v1/)
      assert.equal((await shown(middle!, one!, localSendPort))?.id, old)
    })

    await t.test('an old and a new one pair, and send files both ways', async () => {
      await pair(ann, 'ann', cem, 'cem')
      await send(ann, cem, 'cem', join(folder.path, 'to-new.bin'))
      await send(cem, ann, 'ann', join(folder.path, 'to-old.bin'))
    })

    await t.test('an old and a new one meet through a third by an invitation, and send files both ways', async () => {
      const { link } = await cem.client.call('invite', { body: {} })
      await bob.client.call('openInvitation', { body: { link } })
      const toAnn = (await ann.client.call('invite', { body: {} })).link
      await until(async () => {
        // The way through the third is there once both wait at it.
        const all = await bob.client.call('devices')
        if (all.some(({ id, standing }) => id === old && standing === 'paired')) return true
        return bob.client.call('openInvitation', { body: { link: toAnn } }).then(
          () => true,
          () => undefined,
        )
      }, 'they meet')
      await device(ann, 'bob', ({ standing }) => standing === 'paired')
      await send(ann, bob, 'bob', join(folder.path, 'there.bin'))
      await send(bob, ann, 'ann', join(folder.path, 'back.bin'))
      assert.equal((await device(ann, 'bob', ({ relayed }) => relayed)).standing, 'paired')
      assert.equal((await device(bob, 'ann', ({ relayed }) => relayed)).id, old)
    })

    await t.test('both are who they were after a restart', async () => {
      const { id } = await device(ann, 'cem', () => true)
      for (const kith of [ann, cem]) await kith.stop()
      for (const kith of [ann, cem]) await kith.start()
      assert.equal((await device(cem, 'ann', ({ near, standing }) => near && standing === 'paired')).id, old)
      assert.equal((await device(ann, 'cem', ({ near, standing }) => near && standing === 'paired')).id, id)
    })
  },
)
