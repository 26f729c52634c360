import { AdcPeer } from '@kith/directconnect/talk/adc-peer.ts'
import { NmdcPeer } from '@kith/directconnect/talk/nmdc-peer.ts'
import type { PeerTalk } from '@kith/directconnect/talk/peer-event.ts'
import { formatAdc, parseAdc } from '@kith/directconnect/wire/adc-line.ts'
import { readSearch, readResult } from '@kith/directconnect/wire/adc-search.ts'
import { readMyInfo } from '@kith/directconnect/wire/nmdc-info.ts'
import { keyOf } from '@kith/directconnect/wire/nmdc-lock.ts'
import { readResultText, readSearchText } from '@kith/directconnect/wire/nmdc-search.ts'
import { nmdcText } from '@kith/directconnect/wire/nmdc-text.ts'
import { latin1, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { FuzzTarget } from '../target.ts'

const cid = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'
const text = nmdcText('windows-1252')

function talks(): readonly PeerTalk[] {
  const nmdc = { program: 'x', number: 5, noise: 'a', now: 0, self: () => ({ nick: 'me', taking: true }) }
  return [
    new AdcPeer({ cid, now: 0 }),
    new AdcPeer({ cid, token: 't', now: 0 }),
    new NmdcPeer(nmdc),
    new NmdcPeer({ ...nmdc, dialled: { nick: 'me' } }),
  ]
}

const targets: readonly FuzzTarget[] = [
  {
    name: 'directconnect-lines',
    seeds: [
      'BINF AAAC IDx NIa\\sb I41.2.3.4',
      `FSCH AAAB +TCP4-NAT0 ANfoo GE5 EXiso TO1`,
      `DRES AAAC AAAB FN/a/b SI5 SL1 TR${cid} TOx`,
      '$ALL eisk d<E V:2,M:A,H:1/0/0,S:3>$ $20\x11$m$5$',
      'T?F?500?1?foo$bar',
      `eisk a\\b.bin\x055 3/3\x05TTH:${cid} (1.2.3.4:411)\x05me`,
      'EXTENDEDPROTOCOLABC Pk=x',
    ].map(utf8),
    run(input) {
      const line = attempt(() => parseAdc(input))
      if (line.ok) {
        const again = parseAdc(utf8(formatAdc(line.value).slice(0, -1)))
        if (formatAdc(again) !== formatAdc(line.value)) throw new Error('it changes when it is written')
        readSearch(line.value)
        readResult(line.value)
      }
      const raw = latin1(input)
      readMyInfo(raw, text, {})
      readSearchText(raw, text)
      readResultText(raw, text)
      if (/[$|]/.test(keyOf(raw))) throw new Error('a key holds what ends commands')
    },
  },
  {
    name: 'directconnect-talk',
    seeds: [
      'CSUP ADBASE\nCINF IDx TOt\nCGET file TTH/x 0 -1\nCSTA 151 no\n',
      '$MyNick a|$Lock EXTENDEDPROTOCOLA Pk=x|$Supports ADCGet|$Direction Upload 0|$Key k|$ADCSND file a 0 5|hello',
    ].map(utf8),
    run(input) {
      for (const talk of talks()) {
        for (let at = 0; at < input.length; at += 9) talk.receive(input.subarray(at, at + 9), 0)
        while (talk.poll() !== undefined);
      }
    },
  },
]

export default targets
