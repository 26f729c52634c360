import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { integer, objectIdentifier, octetString, sequence, time } from './der.ts'
import { selfSigned } from './self-signed.ts'

describe('DER', () => {
  it('writes what X.690 shows', () => {
    assert.equal(integer(Uint8Array.of(0)).toHex(), '020100')
    assert.equal(integer(Uint8Array.of(0x80)).toHex(), '02020080')
    assert.equal(integer(Uint8Array.of(0, 0, 0x7f)).toHex(), '02017f')
    assert.equal(integer(new Uint8Array()).toHex(), '020100')
    assert.equal(objectIdentifier('2.999.3').toHex(), '0603883703')
    assert.equal(objectIdentifier('1.2.840.113549').toHex(), '06062a864886f70d')
    assert.equal(sequence().toHex(), '3000')
    assert.equal(octetString(new Uint8Array(127)).length, 2 + 127)
    assert.equal(octetString(new Uint8Array(128)).toHex().slice(0, 6), '048180')
    assert.equal(octetString(new Uint8Array(256)).toHex().slice(0, 8), '04820100')
    assert.equal(Buffer.from(time('20491231235959Z')).toString('latin1'), '\x17\r491231235959Z')
    assert.equal(Buffer.from(time('20500101000000Z')).toString('latin1'), '\x18\x0f20500101000000Z')
  })
})

describe('a certificate of our own', () => {
  const pairs = {
    'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    Ed25519: generateKeyPairSync('ed25519'),
  }
  for (const kind of ['P-256', 'Ed25519'] as const)
    it(`on ${kind} is read back by OpenSSL, whatever name and number it has`, () => {
      const { privateKey, publicKey } = pairs[kind]
      const spki = publicKey.export({ type: 'spki', format: 'der' })
      fc.assert(
        fc.property(
          fc.string({ minLength: 1, maxLength: 64, unit: fc.constantFrom('a', 'Z', '3', 'ü', '木') }),
          fc.uint8Array({ minLength: 1, maxLength: 20 }).filter((bytes) => bytes.some((byte) => byte !== 0)),
          (commonName, serial) => {
            const der = selfSigned({
              commonName,
              serial,
              notBefore: '20260102030405Z',
              notAfter: '99991231235959Z',
              kind,
              publicKey: spki,
              sign: (bytes) => sign(kind === 'Ed25519' ? null : 'sha256', bytes, privateKey),
            })
            const read = new X509Certificate(der)
            assert.equal(read.subject, `CN=${commonName}`)
            assert.equal(read.issuer, read.subject)
            assert.equal(BigInt(`0x${read.serialNumber}`), BigInt(`0x${serial.toHex()}`))
            assert.equal(read.validFromDate.toISOString(), '2026-01-02T03:04:05.000Z')
            assert.equal(read.validToDate.toISOString(), '9999-12-31T23:59:59.000Z')
            assert.equal(read.ca, false)
            assert.ok(read.verify(publicKey))
            assert.ok(read.checkPrivateKey(privateKey))
            assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
            assert.equal(
              read.fingerprint256.replaceAll(':', '').toLowerCase(),
              createHash('sha256').update(der).digest('hex'),
            )
          },
        ),
        { numRuns: 30 },
      )
    })
})
