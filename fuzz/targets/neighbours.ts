import { decodeGames, decodeRelayed, encodeGames, encodeRelayed } from '@kith/neighbours/wire/games.ts'
import { decodeTerms, encodeTerms, placeInPath } from '@kith/neighbours/wire/internet.ts'
import { HttpProxyTalk } from '@kith/neighbours/talk/http-proxy.ts'
import { SocksTalk } from '@kith/neighbours/talk/socks.ts'
import { decodeCarried, decodeSocksDatagram, encodeCarried, encodeSocksDatagram } from '@kith/neighbours/wire/socks.ts'
import { beginsAsData, decodeDataOffer, encodeDataOffer, encodePreface } from '@kith/neighbours/wire/data.ts'
import { encodeHint, decodeHint } from '@kith/neighbours/wire/hint.ts'
import { formatInvitation, parseInvitation } from '@kith/neighbours/wire/invitation.ts'
import { formatKithLink, kithLink } from '@kith/neighbours/wire/links.ts'
import { encodeManifest, parseManifest } from '@kith/neighbours/wire/manifest.ts'
import {
  decodeGiven,
  decodeKnock,
  decodeList,
  decodePairRequest,
  encodeGiven,
  encodeKnock,
  encodeList,
} from '@kith/neighbours/wire/messages.ts'
import { decodePathHello, encodePathHello } from '@kith/neighbours/wire/path.ts'
import { arrived } from '@kith/neighbours/segment/cable.ts'
import { isFrom, leaves as leavesSegment, mayEnter } from '@kith/neighbours/segment/filter.ts'
import { decodePlan, decodeSegments, encodePlan, encodeSegments, prefixOf } from '@kith/neighbours/wire/segments.ts'
import { OFFLOAD_BYTES, offloadHeader, readOffloaded } from '@kith/wire/ethernet/offload.ts'
import { parseRanges } from '@kith/neighbours/wire/ranges.ts'
import { decodeSaid, encodeSaid } from '@kith/neighbours/wire/said.ts'
import { encode } from '@kith/wire/bencode.ts'
import { concat, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { KEY_BYTES, opener } from '@kith/wire/sealed/datagrams.ts'
import { streamOpener, streamSealer } from '@kith/wire/sealed/stream.ts'
import type { FuzzTarget } from '../target.ts'

const leaves = new Uint8Array(64).fill(7)
const device = 'ab'.repeat(32)

const manifest: FuzzTarget = {
  name: 'neighbours-manifest',
  seeds: [
    encode({ name: 'one.bin', leaf: 65_536, leaves, length: 100_000, x: 1 }),
    encode({ hash: 'tth', name: 'one.bin', leaf: 65_536, leaves: leaves.subarray(0, 48), length: 100_000 }),
    encode({ hash: 'blake3', name: 'one.bin', leaf: 65_536, leaves, length: 100_000 }),
    encode({
      name: '../set',
      leaf: 65_536,
      leaves,
      files: [
        { path: ['a', 'b'], length: 100_000, x: 1 },
        { path: ['A', '..', 'con'], length: 0 },
        { path: ['a', 'B'], length: 5 },
      ],
    }),
  ],
  run(input) {
    const parsed = attempt(() => parseManifest(input))
    if (!parsed.ok) return
    const { layout } = parsed.value
    let end = 0
    for (const { path, offset, size } of layout.files) {
      if (offset !== end) throw new Error('files do not follow each other')
      end += size
      if (path.some((name) => /^\.{0,2}$|[/\\]/.test(name))) throw new Error(`unsafe: ${path.join('/')}`)
    }
    if (end !== layout.size) throw new Error('the files do not add up')
    // Made safe once, it stays as it is.
    const once = encodeManifest(parsed.value)
    if (encodeManifest(parseManifest(once)).toHex() !== once.toHex()) throw new Error('it does not come back')
  },
}

const messages: FuzzTarget = {
  name: 'neighbours-messages',
  seeds: [
    encodeGiven({ digests: [`kith:${device}`], name: 'a', size: 5, files: 1 }),
    encodeList([{ digests: [`kith:${device}`], name: 'a', size: 5, files: 1 }]),
    encodeSaid({
      id: '12'.repeat(16),
      text: 'hello',
      at: 5,
      group: { id: '34'.repeat(16), title: 't', members: [device] },
    }),
    encode({ name: 'n', port: 5, commitment: new Uint8Array(32) }),
    encodeKnock({ name: 'n', port: 5, proof: new Uint8Array(32) }),
    encodeHint({ from: [device], manifest: Uint8Array.of(1) }),
  ],
  run(input) {
    const given = attempt(() => decodeGiven(input))
    if (given.ok) decodeGiven(encodeGiven(given.value))
    const said = attempt(() => decodeSaid(input))
    if (said.ok) decodeSaid(encodeSaid(said.value))
    const hint = attempt(() => decodeHint(input))
    if (hint.ok) decodeHint(encodeHint(hint.value))
    attempt(() => decodeList(input))
    attempt(() => decodePairRequest(input))
    const knock = attempt(() => decodeKnock(input))
    if (knock.ok) decodeKnock(encodeKnock(knock.value))
  },
}

const texts: FuzzTarget = {
  name: 'neighbours-texts',
  seeds: [
    `kith:${device}?n=a&s=5&d=${device}`,
    '0-65536,131072-196608',
    formatInvitation({
      device,
      name: 'a',
      secret: new Uint8Array(16),
      until: 1_800_000_000_000,
      addresses: [{ host: '::1', port: 5 }],
    }),
  ].map(utf8),
  run(input) {
    const text = lossyText(input)
    const ranges = attempt(() => parseRanges(text, 1_000_000, 500_000))
    if (ranges.ok && ranges.value.some(({ start, end }) => start >= end || end > 1_000_000)) throw new Error('beyond')
    const invitation = attempt(() => parseInvitation(text))
    if (invitation.ok) {
      const once = formatInvitation(invitation.value)
      if (formatInvitation(parseInvitation(once)) !== once) throw new Error('the invitation does not come back')
    }
    const link = attempt(() => kithLink.parse(text))
    if (!link.ok || link.value === undefined) return
    const { content, hints } = link.value
    const again = kithLink.parse(formatKithLink(content, decodeHint(hints.neighbours!))!)
    if (again?.content.digests[0] !== content.digests[0]) throw new Error('the link does not come back')
  },
}

const games: FuzzTarget = {
  name: 'neighbours-games',
  seeds: [
    encodeGames([
      {
        id: '12'.repeat(8),
        title: 'a',
        way: { tcp: [5], udp: [6], announces: [{ host: '224.0.2.60', port: 4445 }] },
      },
    ]),
    encodeRelayed({ kind: 'flow', flow: 1, port: 5, bytes: Uint8Array.of(1) }),
    encodeRelayed({ kind: 'announced', place: 1, bytes: Uint8Array.of(1) }),
    encodePathHello({ key: new Uint8Array(32), index: 1, port: 5 }),
  ],
  run(input) {
    const all = attempt(() => decodeGames(input))
    if (all.ok) decodeGames(encodeGames(all.value))
    const relayed = attempt(() => decodeRelayed(input))
    if (relayed.ok && relayed.value !== undefined) {
      if (encodeRelayed(relayed.value).toHex() !== input.toHex()) throw new Error('it does not come back')
    }
    const hello = attempt(() => decodePathHello(input))
    if (hello.ok) decodePathHello(encodePathHello(hello.value))
    if (opener(new Uint8Array(KEY_BYTES), 1).open(input) !== undefined) throw new Error('opened without the key')
  },
}

const internet: FuzzTarget = {
  name: 'neighbours-internet',
  seeds: [
    encodeTerms({ allowed: ['example.org'], refused: ['*:25'], home: false, whole: true, volume: 5, down: 6 }),
    encodeCarried({ flow: 1, place: { host: 'example.org', port: 5 }, bytes: Uint8Array.of(1) }),
    encodeSocksDatagram({ place: { host: '2001:db8::1', port: 5 }, bytes: Uint8Array.of(1) }),
    Uint8Array.of(5, 1, 0, 5, 1, 0, 3, 1, 97, 0, 80),
    Uint8Array.of(5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0),
    utf8('CONNECT a.test:443 HTTP/1.1\r\nHost: a\r\n\r\n'),
    utf8('GET http://a.test/b HTTP/1.1\r\nHost: a\r\nConnection: x\r\n\r\nrest'),
    utf8('%5B2001%3Adb8%3A%3A1%5D%3A443'),
  ],
  run(input) {
    const terms = attempt(() => decodeTerms(input))
    if (terms.ok) decodeTerms(encodeTerms(terms.value))
    const carried = attempt(() => decodeCarried(input))
    if (carried.ok) decodeCarried(encodeCarried(carried.value))
    const datagram = attempt(() => decodeSocksDatagram(input))
    if (datagram.ok && datagram.value !== undefined) decodeSocksDatagram(encodeSocksDatagram(datagram.value))
    placeInPath(lossyText(input))
    for (const make of [() => new SocksTalk(0), () => new HttpProxyTalk(0)]) {
      // Whether it comes whole or byte by byte makes no difference.
      const [whole, slow] = [make(), make()]
      whole.receive(input.slice())
      for (let at = 0; at < Math.min(input.length, 2_000); at++) slow.receive(input.slice(at, at + 1))
      const [one, other] = [whole, slow].map((talk) => {
        for (let output = talk.poll(); output !== undefined; output = talk.poll()) {
          if (output.kind === 'event') return output.event.kind === 'connect' ? output.event.to : 'associate'
        }
        return undefined
      })
      if (input.length <= 1_000 && JSON.stringify(one) !== JSON.stringify(other)) throw new Error('pieces matter')
    }
  },
}

const segment: FuzzTarget = {
  name: 'neighbours-segment',
  seeds: [
    encodeSegments([{ id: '12'.repeat(8), title: 'a' }]),
    encodePlan({ network: [10, 1, 2], host: 3, members: [{ device, host: 3, here: true }] }),
    Uint8Array.fromHex(
      '01056400002a026b0a460301026b0a46030308004500001c00000000400600000a4603030a46030100090050000800000000',
    ),
    // IPv6 on its way out, and behind other headers.
    Uint8Array.fromHex(
      '01056400003e026b0a460301026b0a46030386dd6000000000081140fd12121212121212000000000000000320010db80080000000000000000000803039005000080000',
    ),
    Uint8Array.fromHex(
      '01056400004e026b0a460301026b0a46030386dd6000000000182c40fd12121212121212000000000000000320010db80080000000000000000000803c0000010000000106000104000000003039005000080000',
    ),
  ],
  run(input) {
    const plan = attempt(() => decodePlan(input))
    if (plan.ok) decodePlan(encodePlan(plan.value))
    attempt(() => decodeSegments(input))
    const header = new Uint8Array(OFFLOAD_BYTES)
    for (const frame of arrived(input)) {
      const sent = isFrom(frame.bytes, [10, 70, 3], 3)
      if (sent && frame.bytes[11] !== 3) throw new Error('in the name of another')
      mayEnter(frame.bytes, [10, 70, 3], 1)
      const out = leavesSegment(frame.bytes, [10, 70, 3], prefixOf('12'.repeat(8)))
      if (
        out !== undefined &&
        /^(?:fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:|fd12:1212:1212:1212:|10\.70\.3\.)/.test(out.host)
      ) {
        throw new Error('out of the virtual network, to itself')
      }
      offloadHeader(frame, header, 0)
    }
    readOffloaded(input)
  },
}

const offer = { ticket: new Uint8Array(16), keys: { ask: new Uint8Array(32), answer: new Uint8Array(32) }, port: 5 }

const data: FuzzTarget = {
  name: 'neighbours-data',
  seeds: [
    encodeDataOffer(offer),
    encodePreface(offer.ticket),
    concat(streamSealer(offer.keys.ask).seal(Uint8Array.of(1, 2, 3), true)),
  ],
  run(input) {
    const offered = attempt(() => decodeDataOffer(input))
    if (offered.ok) decodeDataOffer(encodeDataOffer(offered.value))
    // More bytes never make a yes of a no, or of a yes something else.
    const short = beginsAsData(input.subarray(0, input.length >> 1))
    if (short !== undefined && short !== beginsAsData(input)) throw new Error('it changed its mind')
    const opener = streamOpener(new Uint8Array(32).fill(1))
    const given = attempt(() => opener.open(input, () => undefined))
    if (given.ok && opener.over) throw new Error('opened without the key')
  },
}

const targets: readonly FuzzTarget[] = [manifest, messages, texts, games, internet, segment, data]
export default targets
