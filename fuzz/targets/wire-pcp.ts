import { attempt } from '@kith/wire/fault.ts'
import { addressBytes } from '@kith/wire/ip-address.ts'
import { askMap, NONCE_BYTES, parseNews, parsePcp } from '@kith/wire/pcp.ts'
import type { FuzzTarget } from '../target.ts'

const mapped = askMap('10.0.0.7', {
  nonce: new Uint8Array(NONCE_BYTES).fill(1),
  protocol: 'tcp',
  internal: 40_404,
  external: 40_404,
  host: '12.1.1.1',
  lifetime: 7_200,
}).with(1, 129)

const target: FuzzTarget = {
  name: 'wire-pcp',
  seeds: [
    mapped,
    mapped.with(3, 2),
    mapped.with(36, 17),
    Uint8Array.fromHex(`028000000000000000000003${'00'.repeat(12)}`),
    Uint8Array.fromHex('0081000100000007'),
    Uint8Array.fromHex('00800000000000010c010101'),
  ],
  run(input) {
    attempt(() => parseNews(input))
    const read = attempt(() => parsePcp(input))
    if (read.ok && read.value.kind === 'map' && addressBytes(read.value.host) === undefined)
      throw new Error('no address')
  },
}
export default target
