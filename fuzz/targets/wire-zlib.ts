import { deflateSync, inflateSync } from 'node:zlib'
import { concat, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { Inflater } from '@kith/wire/inflate.ts'
import type { FuzzTarget } from '../target.ts'

/** What zlib takes as well has the same bytes; a fuzzed stream may become long, and is given up then. */
const mostBytes = 1024 * 1024

const targets: readonly FuzzTarget[] = [
  {
    name: 'wire-zlib',
    seeds: [0, 1, 9].flatMap((level) =>
      ['', 'a', 'abc abc abc abc '.repeat(40)].map((text) => new Uint8Array(deflateSync(utf8(text), { level }))),
    ),
    run(input) {
      const parts: Uint8Array[] = []
      let bytes = 0
      const inflater = new Inflater((part) => {
        bytes += part.length
        if (bytes <= mostBytes) parts.push(part.slice())
      })
      const read = attempt(() => inflater.push(input))
      if (!read.ok || !inflater.done || bytes > mostBytes) return
      if (!inflateSync(input.subarray(0, read.value)).equals(concat(parts))) throw new Error('zlib has other bytes')
    },
  },
]

export default targets
