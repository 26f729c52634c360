import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { concat, utf8 } from '../bytes.ts'
import { attempt } from '../fault.ts'
import { Writer } from '../writer.ts'
import { looksLikeTls, MOST_HEAD_BYTES, readClientHello } from './client-hello.ts'

/** The first bytes of `openssl s_client -tls1_3 -alpn h2,kith`, as OpenSSL 3.0 sent them. */
const captured = Uint8Array.fromHex(
  '16030100ea010000e60303f274f9dea9659dfdc0557be5e59ae4e148e07559a6f91df4325ca75ff2fc034c2044ab6bc609bd5bbafddda0da0b65038e0e404f29db54daa6bd059a44468eb33e000813021303130100ff01000095000b000403000102000a00160014001d0017001e0019001801000101010201030104002300000010000a0008026832046b6974680016000000170000000d001e001c040305030603080708080809080a080b080408050806040105010601002b0003020304002d00020101003300260024001d00208e6c07d155a79eb1c1b6e6cffaa30912e8c69eae29f29224eb8ad1c590f30d3d',
)

function block16(bytes: Uint8Array): Uint8Array {
  return new Writer().u16be(bytes.length).bytes(bytes).finish()
}

function block8(bytes: Uint8Array): Uint8Array {
  return new Writer().u8(bytes.length).bytes(bytes).finish()
}

/** A greeting in records of `recordBytes`. */
function hello(alpn: readonly string[] | undefined, session: Uint8Array, recordBytes: number): Uint8Array {
  const list = block16(concat((alpn ?? []).map((name) => block8(utf8(name)))))
  const other = concat([Uint8Array.of(0, 43), block16(Uint8Array.of(2, 3, 4))])
  const extensions = alpn === undefined ? other : concat([other, Uint8Array.of(0, 16), block16(list)])
  const body = concat([
    Uint8Array.of(3, 3),
    new Uint8Array(32),
    block8(session),
    block16(Uint8Array.of(0x13, 0x01)),
    block8(Uint8Array.of(0)),
    block16(extensions),
  ])
  const message = concat([Uint8Array.of(1, 0, body.length >> 8, body.length & 255), body])
  const records: Uint8Array[] = []
  for (let at = 0; at < message.length; at += recordBytes) {
    records.push(Uint8Array.of(22, 3, 1), block16(message.subarray(at, at + recordBytes)))
  }
  return concat(records)
}

const name = fc.stringMatching(/^[a-z0-9/.]{1,20}$/)

describe('the greeting of TLS', () => {
  it('is read as OpenSSL sends it', () => {
    assert.deepEqual(readClientHello(captured), { alpn: ['h2', 'kith'] })
    assert.equal(looksLikeTls(captured), true)
    assert.equal(looksLikeTls(utf8('GET /')), false)
    assert.equal(looksLikeTls(new Uint8Array()), undefined)
  })

  it('gives the protocols that were put in, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.option(fc.array(name, { minLength: 1, maxLength: 5 }), { nil: undefined }),
        fc.uint8Array({ maxLength: 32 }),
        fc.integer({ min: 24, max: 400 }),
        fc.integer({ min: 0, max: 400 }),
        (alpn, session, recordBytes, cut) => {
          const bytes = hello(alpn, session, recordBytes)
          assert.deepEqual(readClientHello(bytes), { alpn: alpn ?? [] })
          const part = bytes.subarray(0, Math.min(cut, bytes.length - 1))
          assert.equal(readClientHello(part), undefined)
          assert.deepEqual(readClientHello(concat([bytes, session])), { alpn: alpn ?? [] })
        },
      ),
    )
  })

  it('refuses what is none, at the first byte that shows it', () => {
    for (const bytes of ['17030300', '160303000002', '1603030001', '16030100040100ffff'].map((hex) =>
      Uint8Array.fromHex(hex),
    )) {
      const whole = concat([bytes, new Uint8Array(10)])
      const read = attempt(() => readClientHello(whole))
      assert.equal(read.ok ? undefined : read.fault.code, 'tls/hello')
    }
  })

  it('survives any bytes, and decides before its limit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(400), (garbage, at) => {
        const bytes = hello(['a'], new Uint8Array(8), 100)
        bytes.set(garbage.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
        const read = attempt(() => readClientHello(bytes))
        if (!read.ok) assert.equal(read.fault.code, 'tls/hello')
      }),
    )
    const longest = concat([Uint8Array.of(22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc), new Uint8Array(0x3ffc)])
    assert.ok(longest.length < MOST_HEAD_BYTES)
    assert.deepEqual(readClientHello(longest), { alpn: [] })
    assert.equal(readClientHello(longest.subarray(0, -1)), undefined)
    longest[8] = 0xfd
    assert.throws(() => readClientHello(longest), /longer than any honest one/)
    const crumbs = concat(
      Array.from({ length: 17 }, (_, index) => Uint8Array.of(22, 3, 1, 0, 1, index === 3 ? 99 : index === 0 ? 1 : 0)),
    )
    assert.throws(() => readClientHello(crumbs), /does not begin as TLS does/)
  })
})
