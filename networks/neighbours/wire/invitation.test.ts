import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { FaultError } from '@kith/core/fault/fault.ts'
import { formatInvitation, isInvitation, parseInvitation, SECRET_BYTES } from './invitation.ts'
import { deviceId } from './device-id.ts'
import { kithLink } from './links.ts'

const invitation = fc.record(
  {
    device: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(deviceId),
    name: fc.stringMatching(/^[a-zA-Z0-9äß木&=+%#](?:[a-zA-Z0-9äß木&=+%# ]{0,30}[a-zA-Z0-9äß木&=+%#])?$/),
    secret: fc.uint8Array({ minLength: SECRET_BYTES, maxLength: SECRET_BYTES }),
    until: fc.integer({ min: 0, max: 99_999_999_999 }).map((seconds) => seconds * 1000),
    addresses: fc.array(
      fc.record(
        {
          host: fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('home.example.org')),
          port: fc.integer({ min: 1, max: 65_535 }),
        },
        { noNullPrototype: true },
      ),
      { maxLength: 8 },
    ),
  },
  { noNullPrototype: true },
)
const refused = (error: unknown): boolean =>
  error instanceof FaultError && error.fault.code === 'neighbours/invitation' && error.fault.kind === 'input'

describe('a link of invitation', () => {
  it('comes back as it was, with whatever is around it', () => {
    fc.assert(
      fc.property(invitation, (one) => {
        const link = formatInvitation(one)
        assert.ok(isInvitation(link))
        assert.deepEqual(parseInvitation(`  ${link}\n`), one)
      }),
    )
  })

  it('is refused when a part is missing, and never anything but refused', () => {
    fc.assert(
      fc.property(invitation, fc.nat(), (one, at) => {
        const link = formatInvitation(one)
        // Up to the end of the time nothing may be missing.
        assert.throws(() => parseInvitation(link.slice(0, at % link.indexOf('&u='))), refused)
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const link of [text, `kith:pair?${text}`]) assert.throws(() => parseInvitation(link), refused)
      }),
    )
  })

  it('fits into a QR code that a camera reads, and is nothing to fetch', () => {
    const link = formatInvitation({
      device: 'ab'.repeat(32),
      name: 'the machine in the cellar',
      secret: new Uint8Array(SECRET_BYTES),
      until: 1_800_000_000_000,
      addresses: [
        { host: '192.168.178.100', port: 50_123 },
        { host: '2001:db8:1111:2222:3333:4444:5555:6666', port: 50_123 },
      ],
    })
    assert.ok(link.length < 300, link)
    assert.throws(() => kithLink.parse(link), /invitation to pair/)
  })
})
