import assert from 'node:assert/strict'
import { formatEd2kLink, parseEd2kLink } from '@kith/wire/ed2k-link.ts'
import { attempt } from '@kith/wire/fault.ts'
import { latin1, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { formatMagnet, parseMagnet } from '@kith/wire/magnet.ts'
import type { FuzzTarget } from '../target.ts'

const hash = '0123456789abcdef0123456789abcdef'

const targets: readonly FuzzTarget[] = [
  {
    name: 'wire-magnet',
    seeds: [
      `magnet:?xt=urn:btih:${hash}01234567&dn=a+b%20c&xl=5&tr=udp%3A%2F%2Fh%3A1&ws=http://w/&x.pe=[::1]:5&so=0,2-4`,
      `magnet:?xt=urn:ed2k:${hash}&xt.1=urn:tree:tiger:LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ&kt=x&mt=y&foo&%zz=%`,
    ].map(utf8),
    run(input) {
      const result = attempt(() => parseMagnet(lossyText(input)))
      if (result.ok) assert.deepEqual(parseMagnet(formatMagnet(result.value)), result.value)
    },
  },
  {
    name: 'wire-ed2k-link',
    seeds: [
      `ed2k://|file|a%20b|5|${hash}|h=LGMWNG5CR3Z4IKQW6DB67XPQ6IA3ZJ2R|s=http://w/|/|sources,1.2.3.4:5,h:6|/`,
      `ed2k://|file|a|9728000|${hash}|p=${hash}:${hash}|/`,
      'ed2k://|server|1.2.3.4|4661|/',
      'ed2k://|serverlist|http://h/server.met|/',
    ].map(utf8),
    run(input) {
      const result = attempt(() => parseEd2kLink(latin1(input)))
      if (result.ok) assert.deepEqual(parseEd2kLink(formatEd2kLink(result.value)), result.value)
    },
  },
]

export default targets
