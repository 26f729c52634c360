import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, lossyText, utf8 } from '@kith/wire/bytes.ts'
import { deflate } from '@kith/wire/deflate.ts'
import type { Ask } from '../wire/ask.ts'
import { AdcPeer } from './adc-peer.ts'
import { NmdcPeer } from './nmdc-peer.ts'
import type { PeerEvent, PeerTalk, Taker } from './peer-event.ts'

const cid = 'LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ'
const ask: Ask = { kind: 'file', name: 'TTH/x y', start: 5, bytes: 100_000, zlib: false, recursive: false }

/** Carries what two machines say to each other, in pieces of `step` bytes, until both are silent. */
function carry(one: PeerTalk, other: PeerTalk, step: number): [PeerEvent[], PeerEvent[]] {
  const events: [PeerEvent[], PeerEvent[]] = [[], []]
  const drained = (talk: PeerTalk, to: PeerTalk, into: PeerEvent[]): boolean => {
    let busy = false
    for (let output = talk.poll(); output !== undefined; output = talk.poll()) {
      busy = true
      if (output.kind === 'event') into.push(output.event)
      else if (output.kind === 'close') assert.fail(output.fault?.message)
      else for (let at = 0; at < output.bytes.length; at += step) to.receive(output.bytes.subarray(at, at + step), 0)
    }
    return busy
  }
  while (drained(one, other, events[0]) || drained(other, one, events[1]));
  return events
}

function collector(): Taker & { readonly parts: Uint8Array[]; announced: number; ended: boolean } {
  return {
    parts: [],
    announced: -1,
    ended: false,
    begin(bytes) {
      this.announced = bytes
    },
    body(bytes) {
      this.parts.push(bytes.slice())
    },
    end() {
      this.ended = true
    },
  }
}

const pairs: Record<string, () => [taker: PeerTalk, giver: PeerTalk]> = {
  adc: () => [new AdcPeer({ cid, now: 0 }), new AdcPeer({ cid, token: 'tok', now: 0 })],
  nmdc: () => {
    const common = { program: 'Kith-0.1.0', noise: 'abc', now: 0 }
    return [
      new NmdcPeer({ ...common, number: 7, self: () => ({ nick: 'me', taking: true }) }),
      new NmdcPeer({ ...common, number: 9, dialled: { nick: 'you' }, self: () => ({ nick: 'you', taking: false }) }),
    ]
  },
}

test('adc: two who dialled each other at the same time know each other, and the one asks', () => {
  const [taker, giver] = [new AdcPeer({ cid, token: 'tok', now: 0 }), new AdcPeer({ cid, token: 'tok', now: 0 })]
  const heard = carry(taker, giver, 7)
  for (const events of heard) assert.deepEqual(events[0], { kind: 'hello', cid, token: 'tok' })
  taker.ask(ask, collector())
  assert.deepEqual(carry(taker, giver, 7)[1], [{ kind: 'asked', ask }])
})

for (const [name, pair] of Object.entries(pairs)) {
  test(`${name}: two clients meet, one asks, the other gives or refuses, in any pieces`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(500), (step, length) => {
        const [taker, giver] = pair()
        const [heard, told] = carry(taker, giver, step)
        assert.deepEqual(
          heard.map(({ kind }) => kind),
          ['hello', 'ready'],
        )
        assert.deepEqual(
          heard[0],
          name === 'adc' ? { kind: 'hello', cid, token: 'tok' } : { kind: 'hello', nick: 'you' },
        )
        assert.ok(told.some((event) => event.kind === 'ready' && event.taking === (name === 'adc')))
        assert.ok(taker.free)
        const got = collector()
        taker.ask(ask, got)
        assert.ok(!taker.free)
        assert.deepEqual(carry(taker, giver, step)[1], [{ kind: 'asked', ask }])
        giver.give(ask, length, false)
        carry(taker, giver, step)
        const body = Uint8Array.from({ length }, (_, at) => at)
        for (let at = 0; at < length; at += step) taker.receive(body.subarray(at, at + step), 0)
        assert.deepEqual([got.announced, got.ended, concat(got.parts)], [length, true, body])
        assert.ok(taker.free)
        taker.ask(ask, got)
        carry(taker, giver, step)
        giver.refuse({ kind: 'busy', place: 3 })
        assert.deepEqual(carry(taker, giver, step)[0], [{ kind: 'refused', refusal: { kind: 'busy', place: 3 } }])
        assert.ok(taker.free)
      }),
      { numRuns: 40 },
    )
  })

  test(`${name}: what was asked for comes compressed, in any pieces, and no more of it than was said`, () => {
    const packable = { ...ask, zlib: true }
    const given = (said: number, bytes: Uint8Array, step: number): [ReturnType<typeof collector>, PeerTalk] => {
      const [taker, giver] = pair()
      carry(taker, giver, 100)
      const got = collector()
      taker.ask(packable, got)
      assert.deepEqual(carry(taker, giver, 100)[1], [{ kind: 'asked', ask: packable }])
      giver.give(packable, said, true)
      carry(taker, giver, 100)
      const packed = deflate(bytes)
      for (let at = 0; at < packed.length; at += step) taker.receive(packed.subarray(at, at + step), 0)
      return [got, taker]
    }
    const bytes = new Uint8Array(90_000).map((_, at) => at % 7)
    for (const step of [1, 50, 1_000]) {
      const [got, taker] = given(bytes.length, bytes, step)
      assert.ok(got.ended && taker.free)
      assert.deepEqual(concat(got.parts), bytes)
    }
    for (const said of [bytes.length - 1, bytes.length + 1]) {
      const [got, taker] = given(said, bytes, 1_000)
      assert.ok(!got.ended && concat(got.parts).length <= said)
      assert.equal(drainClose(taker), 'directconnect/packed')
    }
  })

  test(`${name}: what nobody asked for, and silence, end the conversation`, () => {
    const [taker, giver] = pair()
    carry(taker, giver, 1000)
    giver.give(ask, 5, false)
    for (let output = giver.poll(); output !== undefined; output = giver.poll())
      if (output.kind === 'send') taker.receive(output.bytes, 0)
    const closing = taker.poll()
    assert.ok(closing?.kind === 'close' && closing.fault?.code === 'directconnect/unasked')
    const [silent] = pair()
    silent.tick(29_999)
    assert.equal(drainClose(silent), undefined)
    silent.tick(30_000)
    assert.equal(drainClose(silent), 'directconnect/peer-silent')
  })

  test(`${name}: a line without end ends the conversation`, () => {
    for (const talk of pair()) {
      while (talk.poll() !== undefined);
      let fault: string | undefined
      let fed = 0
      for (; fault === undefined && fed < 100; fed++) {
        talk.receive(utf8('x'.repeat(16 * 1024)), 0)
        fault = drainClose(talk)
      }
      assert.equal(fault, 'directconnect/line-too-long')
      assert.ok(fed <= 6)
    }
  })

  test(`${name}: garbage never throws`, () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array(),
            fc.constantFrom('CSUP ADBASE\n', '$MyNick a|', '$Key |', 'CGET a\n', '|', '\n').map(utf8),
          ),
        ),
        (chunks) => {
          for (const talk of pair()) for (const chunk of chunks) talk.receive(chunk, 0)
        },
      ),
    )
  })
}

function drainClose(talk: PeerTalk): string | undefined {
  for (let output = talk.poll(); output !== undefined; output = talk.poll())
    if (output.kind === 'close') return output.fault?.code
  return undefined
}

test('what ncdc says first is answered as EiskaltDC++ would', () => {
  const self = (): { nick: string; taking: boolean } => ({ nick: 'eisk', taking: true })
  const talk = new NmdcPeer({ program: 'Kith-0.1.0', noise: '', number: 18_912, now: 0, self })
  talk.receive(utf8('$MyNick ncdcuser|$Lock EXTENDEDPROTOCOLABCABCABCABCABCABC Pk=ncdc-1.23.1,Ref=127.0.0.1:23411|'), 0)
  let said = ''
  for (let output = talk.poll(); output !== undefined; output = talk.poll())
    if (output.kind === 'send') said += lossyText(output.bytes)
  assert.match(
    said,
    /^\$MyNick eisk\|\$Lock EXTENDEDPROTOCOL Pk=Kith-0\.1\.0\|\$Supports [^|]*ADCGet[^|]*\|\$Direction Download 18912\|\$Key [^|]+\|$/,
  )
})
