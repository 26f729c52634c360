import { attempt } from '@kith/wire/fault.ts'
import {
  decodeAnnouncement,
  decodeInfo,
  decodePrepare,
  decodePrepareAnswer,
  encodeAnnouncement,
  encodePrepare,
  encodePrepareAnswer,
} from '@kith/neighbours/localsend/messages.ts'
import type { FuzzTarget } from '../target.ts'

const info = { alias: 'Phone', model: 'x', fingerprint: 'ab'.repeat(32), port: 53_317, protocol: 'https' } as const

const target: FuzzTarget = {
  name: 'neighbours-localsend',
  seeds: [
    encodeAnnouncement({ ...info, announce: true }),
    encodePrepare({ info, files: [{ id: 'a', name: 'b/c.txt', size: 5, sha256: 'cd'.repeat(32) }] }),
    encodePrepareAnswer({ session: 's', tokens: new Map([['a', 't']]) }),
  ],
  run(input) {
    for (const decode of [decodeAnnouncement, decodePrepare, decodePrepareAnswer])
      attempt(() => decode(input) as unknown)
    attempt(() => decodeInfo(input, { port: 1, protocol: 'http' }))
  },
}

export default target
