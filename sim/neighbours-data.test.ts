import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { Channel } from '@kith/core/network/channel.ts'
import type { Connection } from '@kith/core/network/net.ts'
import { Transfer } from '@kith/core/transfer/transfer.ts'
import { DataDesk, lineBeside } from '@kith/neighbours/data/desk.ts'
import { dialData } from '@kith/neighbours/data/dial.ts'
import { giveOver, type Held } from '@kith/neighbours/data/give.ts'
import { DeviceLane } from '@kith/neighbours/data/lane.ts'
import type { DataLine } from '@kith/neighbours/data/line.ts'
import { PREFACE_BYTES } from '@kith/neighbours/wire/data.ts'
import { formatRanges } from '@kith/neighbours/wire/ranges.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { withLength } from '@kith/wire/framing.ts'
import { hash } from '@kith/wire/hash/sha.ts'
import { simulatedHost } from './world/host.ts'
import { Internet } from './world/internet.ts'
import { MemoryDisk, memorySlots } from './world/memory.ts'
import { seeded, VirtualClock } from './world/time.ts'

const leaf = 64 * 1024
const minute = 60_000
const { signal } = new AbortController()
/** Where the giver hears what stands for tunnels of its channels here. */
const tunnels = 7_000
const peer = { network: 'neighbours', key: 'giver', name: 'giver', client: 'Kith' } as const

/** A giver, and a taker who has nothing yet. */
function world(content: Uint8Array) {
  const clock = new VirtualClock()
  const internet = new Internet(clock, seeded(5))
  const [giver, taker] = [simulatedHost(internet, '10.0.0.1'), simulatedHost(internet, '10.0.0.2')]
  const disk = new MemoryDisk(content.length)
  const leaves: Uint8Array[] = []
  for (let at = 0; at < content.length; at += leaf) leaves.push(hash('sha256', content.subarray(at, at + leaf)))
  const transfer = new Transfer(
    { id: 't', content: { digests: [] }, hints: new Map(), had: [], priorities: [], sequential: false },
    {
      clock,
      random: internet.random,
      slots: memorySlots(64),
      budget: taker.budget,
      storage: async () => ({ storage: disk, found: false }),
      had() {},
      lost() {},
      keep() {},
      described() {},
    },
  )
  const files = [{ path: ['file'], offset: 0, size: content.length }]
  const expected = Uint8Array.from(leaves.flatMap((one) => [...one]))
  transfer.describe({
    layout: { name: 'file', single: true, size: content.length, files },
    proofs: [{ start: 0, end: content.length, leaf, algorithm: 'sha256', digestSize: 32, expected }],
  })
  /** A content of pieces that are as long as files of a folder may be. */
  const held: Held = {
    size: content.length,
    stretches: (ranges) =>
      ranges.flatMap(({ start, end }) => {
        const middle = Math.floor((start + end) / 2)
        return [
          { from: start, to: middle },
          { from: middle, to: end },
        ].map(({ from, to }) => ({
          length: to - from,
          place: () => undefined,
          read: async (at: number, into: Uint8Array) => into.set(content.subarray(from + at, from + at + into.length)),
        }))
      }),
    gave() {},
  }
  const channel = {
    remote: { host: '10.0.0.1', port: 6881 },
    tunnel: () => taker.net.connect({ host: '10.0.0.1', port: tunnels }),
  } as Pick<Channel, 'remote' | 'tunnel'> as Channel
  const hear = (accept: (tunnel: Connection) => void): Promise<AsyncDisposable> =>
    giver.net.listen({ port: tunnels, recognise: () => true, accept })
  const dial = (): ReturnType<typeof dialData> => {
    // Here a listener sees a connection with its first byte; an offer is made to who says nothing.
    const tunnel = async (target: string): Promise<Connection> => {
      const line = await channel.tunnel(target)
      line.send(new Uint8Array(1))
      return line
    }
    const greeting = { remote: channel.remote, tunnel } as Channel
    return dialData(taker, greeting, { target: '/data/x', budget: taker.budget, signal })
  }
  return { clock, internet, giver, taker, transfer, disk, held, channel, hear, dial }
}

function laneOver(subject: Transfer, line: DataLine, via: 'data' | 'channel'): DeviceLane {
  return new DeviceLane({ peer, subject, line, via, openBulk: async () => undefined })
}

/** Lets time pass until the promise has settled. */
async function within<T>(clock: VirtualClock, promise: Promise<T>, ms: number = minute): Promise<T> {
  let settled = false
  void promise.catch(() => {}).finally(() => (settled = true))
  assert.ok(await clock.until(() => settled, ms), 'it came to an end')
  return promise
}

test('a content comes whole over a connection beside the channel', async () => {
  const content = seeded(1).bytes(3_000_001)
  const { clock, giver, taker, transfer, disk, held, hear, dial } = world(content)
  await using desk = new DataDesk(giver)
  await desk.listen(6881)
  await using _tunnels = await hear((tunnel) =>
    desk.offer(
      tunnel,
      lineBeside((line) => giveOver(line, held, giver.log)),
    ),
  )
  await clock.until(() => transfer.stage.current === 'getting', minute)
  const line = await within(clock, dial())
  const stop = new AbortController()
  const lane = laneOver(transfer, line!, 'data')
  const over = lane.run(taker.clock, stop.signal)
  assert.ok(await clock.until(() => transfer.stage.current === 'giving', minute))
  assert.deepEqual(disk.bytes, content)
  assert.ok(lane.received >= content.length)
  stop.abort()
  assert.equal(await within(clock, over), undefined)
})

test('in a channel alone it comes as well, and over any line it is taken back when the line ends', async () => {
  const content = seeded(2).bytes(1_000_000)
  const { clock, internet, giver, taker, transfer, disk, held, channel, hear } = world(content)
  await using _tunnels = await hear((tunnel) => giveOver(tunnel, held, giver.log))
  await clock.until(() => transfer.stage.current === 'getting', minute)
  const first = await within(clock, channel.tunnel('/data/x'))
  const broken = laneOver(transfer, first, 'channel').run(taker.clock, signal)
  assert.ok(await clock.until(() => transfer.missing() < content.length, minute))
  internet.cut('10.0.0.1')
  assert.equal((await within(clock, broken))?.kind, 'gone')
  internet.mend('10.0.0.1')
  const second = await within(clock, channel.tunnel('/data/x'))
  void laneOver(transfer, second, 'channel').run(taker.clock, signal)
  assert.ok(await clock.until(() => transfer.stage.current === 'giving', minute))
  assert.deepEqual(disk.bytes, content)
})

test('who does not answer beside the channel is not waited for', async () => {
  const { clock, giver, hear, dial } = world(new Uint8Array(100_000))
  const desk = new DataDesk(giver)
  await desk.listen(6881)
  await using _tunnels = await hear((tunnel) =>
    desk.offer(
      tunnel,
      lineBeside(() => {}),
    ),
  )
  await desk[Symbol.asyncDispose]()
  assert.equal(await within(clock, dial()), undefined)
})

test('a ticket is good once, and none is good for nothing', async () => {
  const { clock, giver, taker, hear, dial } = world(new Uint8Array(100_000))
  await using desk = new DataDesk(giver)
  await desk.listen(6881)
  let given = 0
  await using _tunnels = await hear((tunnel) =>
    desk.offer(
      tunnel,
      lineBeside(() => given++),
    ),
  )
  assert.ok((await within(clock, dial())) !== undefined)
  await clock.until(() => given === 1, minute)
  const preface = new Uint8Array(PREFACE_BYTES)
  preface.set(utf8('kith/data/1\n'))
  const stranger = await within(clock, taker.net.connect({ host: '10.0.0.1', port: 6881 }))
  let ended = false
  stranger.open({ receive: () => assert.fail('nothing is said'), ended: () => void (ended = true) })
  stranger.send(preface)
  assert.ok(await clock.until(() => ended, minute))
  assert.equal(given, 1)
})

test('a giver who answers something else, too much or nothing is left', async () => {
  const say = (bytes: Uint8Array) => (line: Connection) => line.open({ receive: () => line.send(bytes), ended() {} })
  const cases: [string, (line: Connection) => void][] = [
    ['neighbours/message', say(Uint8Array.of(0, 0, 0, 1, 7))],
    ['neighbours/not-there', say(new Uint8Array(4))],
    ['neighbours/message', (line) => line.send(new Uint8Array(5_000_000).fill(1))],
    ['neighbours/silent', (line) => line.open({ receive() {}, ended() {} })],
  ]
  for (const [code, answer] of cases) {
    const { clock, taker, transfer, channel, hear } = world(seeded(3).bytes(100_000))
    await using _tunnels = await hear(answer)
    await clock.until(() => transfer.stage.current === 'getting', minute)
    const line = await within(clock, channel.tunnel('/data/x'))
    const fault = await within(clock, laneOver(transfer, line, 'channel').run(taker.clock, signal))
    if (code === 'neighbours/message') assert.equal(fault?.kind, 'peer')
    else assert.equal(fault?.code, code)
    assert.equal(transfer.missing(), 100_000)
  }
})

test('a taker who asks for what there is not, or for too much at once, is left', async () => {
  const frame = (text: string): Uint8Array => withLength(utf8(text))
  const whole = frame(formatRanges([{ start: 0, end: 1_000_000 }]))
  const hostile = fc.oneof(
    fc.constant([frame('0-1000001')]),
    fc.constant([frame('5-5')]),
    fc.constant([frame('nonsense')]),
    fc.constant([Uint8Array.of(255, 255, 255, 255)]),
    fc.constant(Array.from({ length: 80 }, () => whole)),
  )
  await fc.assert(
    fc.asyncProperty(hostile, async (frames) => {
      const { clock, internet, giver, held, channel, hear } = world(new Uint8Array(1_000_000))
      internet.weather = { ...internet.weather, bytesPerSecond: 100_000 }
      await using _tunnels = await hear((tunnel) => giveOver(tunnel, held, giver.log))
      const line = await within(clock, channel.tunnel('/data/x'))
      let ended: { readonly fault: Fault | undefined } | undefined
      line.open({ receive() {}, ended: (fault) => void (ended = { fault }) })
      for (const one of frames) line.send(one)
      assert.ok(await clock.until(() => ended !== undefined, minute))
    }),
    { numRuns: 20 },
  )
})
