import { encode } from '@kith/wire/bencode.ts'
import { latin1 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { decodeFound, decodeListing, decodeWords, encodeFound, parsePath } from '@kith/neighbours/wire/listing.ts'
import type { FuzzTarget } from '../target.ts'

const target: FuzzTarget = {
  name: 'neighbours-listing',
  seeds: [
    encode({ folders: ['a', 'b'], files: [{ name: 'c', size: 5 }] }),
    encodeFound([{ path: ['a', 'b'], size: 5, tth: new Uint8Array(24), id: new Uint8Array(32) }]),
    encode({ words: ['a', 'b'] }),
  ],
  run(input) {
    for (const decode of [decodeListing, decodeFound, decodeWords]) attempt(() => decode(input) as unknown)
    attempt(() => parsePath(latin1(input)))
  },
}

export default target
