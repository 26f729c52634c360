import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PeerTalk } from './peer-talk.ts'
import type { PeerEvent } from './peer-talk.ts'
import { drain, setup } from './test-kit/talks.ts'

/**
 * What real programs said first on a connection that we had opened to them, all of them seeds of one torrent of
 * 1,024 pieces; the address in the peer exchange of Transmission is the one that it gave.
 */
const infoHash = Uint8Array.fromHex('f8231461504cc5068896a99a4d90224008df9c83')
const pieces = { pieceCount: 1_024, pieceLength: 32_768, size: 1_024 * 32_768 }

interface Capture {
  readonly program: string
  readonly client: string
  readonly hex: string
  readonly events: readonly PeerEvent[]
  readonly known: Partial<PeerTalk>
}

const captures: readonly Capture[] = [
  {
    program: 'libtorrent 2.0.8',
    client: 'libtorrent/2.0.8.0',
    hex:
      '13426974546f7272656e742070726f746f636f6c0000000000100005f8231461504cc5068896a99a4d90224008df9c832d4c54323038' +
      '302d2a3077612a316338764e6346000000d614006431323a636f6d706c6574655f61676f692d3165313a6d6431313a6c745f646f6e74' +
      '6861766569376531303a73686172655f6d6f646569386531313a75706c6f61645f6f6e6c7969336531323a75745f686f6c6570756e63' +
      '6869346531313a75745f6d65746164617461693265363a75745f7065786931656531333a6d657461646174615f73697a656932303535' +
      '3265343a7265717169323030306531313a75706c6f61645f6f6e6c79693165313a7631383a6c6962746f7272656e742f322e302e382e' +
      '30363a796f75726970343a7f00000165000000010e0000000101',
    events: [{ kind: 'opened' }, { kind: 'extended' }, { kind: 'uploadOnly' }, { kind: 'haves' }, { kind: 'unchoked' }],
    known: { reqq: 2_000, metadataSize: 20_552, uploadOnly: true, supportsExchange: true },
  },
  {
    program: 'Transmission 3.00',
    client: 'Transmission 3.00',
    hex:
      '13426974546f7272656e742070726f746f636f6c0000000000100004f8231461504cc5068896a99a4d90224008df9c832d5452333030' +
      '302d31766968686235307135746b0000007f140064313a65693065313a6d6431313a75745f6d65746164617461693365363a75745f70' +
      '65786931656531333a6d657461646174615f73697a6569323035353265313a7069333130303265343a72657171693531326531313a75' +
      '706c6f61645f6f6e6c79693165313a7631373a5472616e736d697373696f6e20332e303065000000010e0000001f140164353a616464' +
      '6564363a7f0000017b43373a61646465642e66313a0065',
    events: [
      { kind: 'opened' },
      { kind: 'extended' },
      { kind: 'uploadOnly' },
      { kind: 'haves' },
      { kind: 'exchange', added: [{ host: '127.0.0.1', port: 31_555 }], seeds: [], dropped: [] },
    ],
    known: { reqq: 512, listenPort: 31_002, uploadOnly: true, metadataSize: 20_552 },
  },
  {
    program: 'aria2 1.36',
    client: 'aria2/1.36.0',
    hex:
      '13426974546f7272656e742070726f746f636f6c0000000000100004f8231461504cc5068896a99a4d90224008df9c8341322d312d33' +
      '362d302d88ee83f21ce40d780ce400000058140064313a6d6431313a75745f6d65746164617461693965363a75745f70657869386565' +
      '31333a6d657461646174615f73697a6569323035353265313a7069333130303365313a7631323a61726961322f312e33362e30650000' +
      '00010e000000051100000109000000051100000346',
    events: [
      { kind: 'opened' },
      { kind: 'extended' },
      { kind: 'haves' },
      { kind: 'allowedFast', piece: 265 },
      { kind: 'allowedFast', piece: 838 },
    ],
    known: { reqq: 250, listenPort: 31_003, uploadOnly: false, metadataSize: 20_552 },
  },
]

for (const { program, client, hex, events, known } of captures) {
  for (const size of [1_000_000, 1]) {
    test(`${program} begins a talk, read in parts of ${size} bytes`, () => {
      const talk = new PeerTalk({ role: 'dial', setup: setup({ infoHash, ...pieces }), now: 0 })
      const bytes = Uint8Array.fromHex(hex)
      const seen: PeerEvent[] = []
      for (let at = 0; at < bytes.length; at += size) {
        talk.receive(bytes.subarray(at, at + size), 0)
        seen.push(...drain(talk).events)
      }
      assert.deepEqual(seen, events)
      assert.equal(talk.client, client)
      assert.equal(talk.haveAll, true)
      assert.equal(talk.supportsFast, true)
      for (const [name, value] of Object.entries(known)) assert.equal(talk[name as keyof PeerTalk], value, name)
    })
  }
}
