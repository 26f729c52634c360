import { attempt } from '@kith/wire/fault.ts'
import { parseNatPmp } from '@kith/wire/nat-pmp.ts'
import type { FuzzTarget } from '../target.ts'

const target: FuzzTarget = {
  name: 'wire-nat-pmp',
  seeds: ['00800000000000010c010101', '00820000000000011234567800001c20', '0081000200000001'].map((text) =>
    Uint8Array.fromHex(text),
  ),
  run(input) {
    const read = attempt(() => parseNatPmp(input))
    if (read.ok && read.value.kind === 'address' && read.value.host.split('.').length !== 4)
      throw new Error('no address')
  },
}
export default target
