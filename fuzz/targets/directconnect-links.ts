import assert from 'node:assert/strict'
import { AdcHub } from '@kith/directconnect/talk/adc-hub.ts'
import type { HubTalk } from '@kith/directconnect/talk/hub-event.ts'
import { NmdcHub } from '@kith/directconnect/talk/nmdc-hub.ts'
import { decodeHint, encodeHint, mergeHints } from '@kith/directconnect/wire/hint.ts'
import { parseHubAddress, publicAddress } from '@kith/directconnect/wire/hub-address.ts'
import { readHubPlace } from '@kith/directconnect/wire/hub-place.ts'
import type { HubSelf } from '@kith/directconnect/wire/hub-user.ts'
import { magnet } from '@kith/directconnect/wire/links.ts'
import { formatProfile, readProfile } from '@kith/directconnect/wire/nmdc-profile.ts'
import { nmdcText } from '@kith/directconnect/wire/nmdc-text.ts'
import { latin1, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { TigerKernel } from '@kith/wire/hash/tiger.ts'
import type { FuzzTarget } from '../target.ts'

const root = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'
const kernel = new TigerKernel()
const self: HubSelf = {
  nick: 'kith',
  password: 'x',
  description: '',
  program: 'Kith',
  version: '1',
  active: false,
  udpPort: 1,
  tls: true,
  fingerprint: new Uint8Array(32),
  slots: 1,
  freeSlots: 1,
  shared: 0,
  files: 0,
  hubs: [1, 0, 0],
}

/** Our side of hubs of both kinds. */
function hubs(): readonly HubTalk[] {
  const id = new Uint8Array(24)
  const tiger = (bytes: Uint8Array): Uint8Array => kernel.digest(bytes)
  return [
    new AdcHub({ self, privateId: id, publicId: kernel.digest(id), v6: false, now: 0, tiger }),
    new NmdcHub({ self, text: nmdcText('windows-1252'), address: '127.0.0.1', hub: '127.0.0.1:411', now: 0 }),
  ]
}

const targets: readonly FuzzTarget[] = [
  {
    name: 'directconnect-links',
    seeds: [
      'adcs://nick:pass%20word@hub.example:1511/?kp=SHA256/AAAA&mode=passive&share=no',
      'dchub://[::1]/anna?charset=windows-1251',
      `magnet:?xt=urn:tree:tiger:${root}&xl=5&dn=a&x.dc=b&xs=adc://hub:1/anna`,
    ].map(utf8),
    run(input) {
      const text = lossyText(input)
      const address = attempt(() => parseHubAddress(text))
      if (address.ok) {
        const shown = publicAddress(address.value)
        assert.equal(publicAddress(parseHubAddress(shown)), shown)
      }
      const place = readHubPlace(text)
      if (place !== undefined) assert.equal(readHubPlace(place.address)?.address, place.address)
      attempt(() => magnet.parse(text))
    },
  },
  {
    name: 'directconnect-hint',
    seeds: [encodeHint({ size: 5, name: 'a', leaves: new Uint8Array(24), users: ['b'], places: ['adc://hub:1/b'] })],
    run(input) {
      const hint = attempt(() => decodeHint(input))
      if (!hint.ok) return
      assert.deepEqual(decodeHint(encodeHint(hint.value)), hint.value)
      mergeHints(hint.value, hint.value)
    },
  },
  {
    name: 'directconnect-profile',
    seeds: ['$ALL eisk d<E V:2,M:P,H:1/0/0,S:3>$ $20\x31$m$5$', '$ALL a $ $$$0$'].map(utf8),
    run(input) {
      const raw = lossyText(input)
      const nick = /^\$ALL ([^ ]+)/.exec(raw)?.[1] ?? ''
      const fields = readProfile(raw, nick)
      if (fields === undefined) return
      const line = formatProfile(nick, fields)
      assert.equal(line.indexOf('|'), line.length - 1, 'it is one line')
    },
  },
  {
    name: 'directconnect-hub-client',
    seeds: [
      `ISUP ADBASE\nISID AAAB\nIINF NIhub\nIGPA ${root}\nBINF AAAC NIa SUTCP4 I41.2.3.4 U49\nBINF AAAB NIkith\nDNAT AAAC AAAB ADC/1.0 5 t\nBSCH AAAC ANa TOx\nIQUI AAAC\nICMD a TTb\\n CT3\n`,
      '$Lock EXTENDEDPROTOCOLa Pk=x|$Supports a|$GetPass|$Hello kith|$MyINFO $ALL kith <P V:1,M:P>$ $1\x31$$5$|$ConnectToMe kith 1.2.3.4:5NS a|$Search 1.2.3.4:5 F?T?0?1?a|$UserIP a 1.2.3.4$$|$OpList a$$|$ForceMove b|',
    ].map(utf8),
    run(input) {
      for (const talk of hubs()) {
        for (let at = 0; at < input.length; at += 11) talk.receive(input.subarray(at, at + 11), 0)
        talk.datagram(input)
        talk.present(self, 0)
        talk.say(latin1(input))
        talk.traverse('AAAC', { token: 't', tls: true }, 5, true)
        while (talk.poll() !== undefined);
      }
    },
  },
]

export default targets
