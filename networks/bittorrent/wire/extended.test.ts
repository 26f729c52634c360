import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { latin1, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import {
  decodeDontHave,
  decodeExchange,
  decodeExtendedHandshake,
  decodeMetadata,
  decodeUploadOnly,
  encodeExchange,
  encodeExtendedHandshake,
  encodeMetadata,
} from './extended.ts'

test('an extended handshake in the bytes of BEP 10', () => {
  const encoded = encodeExtendedHandshake({
    extensions: { ut_metadata: 2, ut_pex: 1 },
    client: 'Kith 0.1.0',
    listenPort: 6881,
    reqq: 2_000,
    metadataSize: 31_235,
    uploadOnly: true,
  })
  assert.equal(
    latin1(encoded),
    'd1:md11:ut_metadatai2e6:ut_pexi1ee13:metadata_sizei31235e1:pi6881e4:reqqi2000e11:upload_onlyi1e1:v10:Kith 0.1.0e',
  )
})

test('what makes no sense in a handshake is left out', () => {
  const empty = decodeExtendedHandshake(utf8('de'))
  assert.deepEqual(empty.extensions, {})
  const odd = 'd1:md11:ut_metadatai256e6:ut_pexi-1e7:unknowni9ee13:metadata_sizei-5e1:pi65536e4:reqqi0e6:yourip3:abce'
  assert.deepEqual(decodeExtendedHandshake(utf8(odd)), empty)
  const wrongKinds = 'd1:mle13:metadata_size1:x1:pi0e4:reqqle1:vi1e6:youripi7ee'
  assert.deepEqual(decodeExtendedHandshake(utf8(wrongKinds)), empty)
})

test('our own address as the peer sees it', () => {
  const four = Uint8Array.of(...utf8('d6:yourip4:'), 1, 2, 3, 4, ...utf8('e'))
  assert.equal(decodeExtendedHandshake(four).yourIp, '1.2.3.4')
  const six = Uint8Array.of(...utf8('d6:yourip16:'), ...new Uint8Array(15), 1, ...utf8('e'))
  assert.equal(decodeExtendedHandshake(six).yourIp, '::1')
})

test('metadata: the bytes of a piece follow the dictionary (BEP 9)', () => {
  const message = { kind: 'metadataData', piece: 3, size: 34_256, bytes: utf8('xxxx') } as const
  assert.equal(latin1(encodeMetadata(message)), 'd8:msg_typei1e5:piecei3e10:total_sizei34256eexxxx')
  assert.deepEqual(decodeMetadata(encodeMetadata(message)), message)
  const long = encodeMetadata({ ...message, bytes: new Uint8Array(16_385) })
  assert.equal(attempt(() => decodeMetadata(long)).ok, false)
})

test('peer exchange: flags stand beside the peers, and what is left over is passed over', () => {
  const payload = Uint8Array.of(
    ...utf8('d5:added13:'),
    ...Uint8Array.fromHex('010203041ae105060708000901'),
    ...utf8('7:added.f1:'),
    0x12,
    ...utf8('7:dropped6:'),
    ...Uint8Array.fromHex('090909090000'),
    ...utf8('e'),
  )
  assert.deepEqual(decodeExchange(payload), {
    added: [
      { endpoint: { host: '1.2.3.4', port: 6881 }, seed: true },
      { endpoint: { host: '5.6.7.8', port: 9 }, seed: false },
    ],
    dropped: [],
  })
})

test('of very many exchanged peers some are looked at', () => {
  const peers = Uint8Array.from({ length: 60_000 }, (_, at) => (at % 250) + 1)
  const payload = Uint8Array.of(...utf8(`d5:added${peers.length}:`), ...peers, ...utf8('e'))
  assert.equal(decodeExchange(payload).added.length, 200)
})

test('what was encoded comes back', () => {
  const peer = fc
    .tuple(
      fc.oneof(fc.ipV4(), fc.constantFrom('::1', '2001:db8::5')),
      fc.integer({ min: 1, max: 65_535 }),
      fc.boolean(),
    )
    .map(([host, port, seed]) => ({ endpoint: { host, port }, seed }))
  fc.assert(
    fc.property(fc.array(peer, { maxLength: 20 }), (added) => {
      const byFamily = [
        ...added.filter((one) => !one.endpoint.host.includes(':')),
        ...added.filter((one) => one.endpoint.host.includes(':')),
      ]
      assert.deepEqual(decodeExchange(encodeExchange({ added, dropped: [] })), { added: byFamily, dropped: [] })
    }),
  )
})

test('garbage gives a fault', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('', 'd', 'd1:m', 'd5:added', 'd8:msg_typei1e5:piecei'),
      (tail, head) => {
        const bytes = Uint8Array.of(...utf8(head), ...tail)
        for (const decode of [
          decodeExtendedHandshake,
          decodeMetadata,
          decodeExchange,
          decodeDontHave,
          decodeUploadOnly,
        ]) {
          const decoded = attempt<unknown>(() => decode(bytes))
          if (!decoded.ok) assert.equal(decoded.fault.kind, 'peer')
        }
      },
    ),
  )
})
