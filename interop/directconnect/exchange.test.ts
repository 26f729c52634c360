import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { formatKeyprint } from '@kith/directconnect/wire/keyprint.ts'
import { Kith } from '../kith.ts'
import { scratch, tree } from '../material.ts'
import { Ncdc } from '../peers/ncdc.ts'
import { needs } from '../peers/process.ts'
import { Uhub } from '../peers/uhub.ts'
import { arrived, exchange, fetchAll, look, material } from './exchange.ts'
import { OnHub, sharesOf } from './on-hub.ts'

test(
  'on a uhub, Kith takes a large file and a folder from ncdc and EiskaltDC++ and gives them, all find, browse and talk',
  { timeout: 900_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux', 'eiskaltdcpp-daemon')) return
    await using at = await scratch()
    await using uhub = await Uhub.start(at.at('uhub'))
    await exchange(at, uhub.address)
  },
)

test(
  'on a uhub with TLS and passwords, keyprints are checked, and Kith and ncdc take from each other inside TLS',
  { timeout: 400_000 },
  async (t) => {
    if (!needs(t, 'uhub', 'ncdc', 'tmux')) return
    await using at = await scratch()
    await using uhub = await Uhub.start(at.at('uhub'), { tls: true, users: { Kith: 'sesame' } })
    const login = (more: string): string => `${uhub.address.replace('//', '//Kith:sesame@')}${more}`
    const certificate = new X509Certificate(await readFile(at.at('uhub', 'cert.pem')))
    const right = formatKeyprint(Uint8Array.fromHex(certificate.fingerprint256.replaceAll(':', '')))
    const refused = (hub: string, code: RegExp): Promise<void> => assert.rejects(OnHub.start(hub, [], {}, code), code)
    await refused(login(`/?kp=${formatKeyprint(new Uint8Array(32))}`), /net\/certificate/)
    await refused(uhub.address.replace('//', '//Kith:wrong@'), /directconnect\/password-wrong/)

    const [ofNcdc, ours] = [await material(at, 'nc'), await material(at, 'ours')]
    await using ncdc = await Ncdc.start(at.at('ncdc'), 'ncdc', { tls_policy: 'prefer' })
    await ncdc.share(ofNcdc, 'nc')
    await ncdc.join(uhub.address)
    // Whoever does not speak TLS gets nothing from us, and we take nothing from them.
    await using on = await OnHub.start(login(`/?kp=${right}`), await sharesOf(ours), { encryption: 'required' })
    assert.equal(on.member.gateways.list()[0]?.state, 'attached')
    assert.equal(on.member.gateways.list()[0]?.address, uhub.address, 'nobody is shown the password')
    await ncdc.fetchAll('Kith')
    await arrived(ncdc.downloads, ours)
    const list = await look(on, { nick: 'ncdc', folder: ofNcdc })
    await on[Symbol.asyncDispose]()
    await using kith = await Kith.start(at.at('kith'), [
      `directconnect.hubs=${login(`/?kp=${right}`)}`,
      'directconnect.encryption=required',
    ])
    await fetchAll(kith, list, at.at('got'))
    assert.deepEqual(await tree(at.at('got', 'nc')), await tree(ofNcdc))
  },
)
