import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOf } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { DatagramOptions, Datagrams, Endpoint } from '@kith/core/network/net.ts'
import { PCP_PORT } from '@kith/wire/pcp.ts'
import { Pcp } from './pcp.ts'

const router = '192.168.1.1'
const client = '192.168.1.7'

/** A router of the test: what it is asked, and what it says to that; silence is no bytes. */
class Box {
  readonly asked: Uint8Array[] = []
  readonly from: (string | undefined)[] = []
  now = 0
  lost = 0
  answer: (question: Uint8Array) => readonly Uint8Array[] = () => []
  /** Timers that were set; time stands until one is let go. */
  readonly clock: Clock = {
    now: () => this.now,
    after: (ms, callback) => {
      const timer = setImmediate(() => {
        this.now += ms
        callback()
      })
      return { [Symbol.dispose]: () => clearImmediate(timer) }
    },
  }

  datagrams = (options: DatagramOptions): Promise<Datagrams> => {
    this.from.push(options.host)
    return Promise.resolve({
      local: { host: client, port: 1 },
      send: (to: Endpoint, bytes: Uint8Array) => {
        assert.deepEqual(to, { host: router, port: PCP_PORT })
        this.asked.push(bytes)
        // What others say is not heard.
        options.receive({ host: '192.168.1.66', port: PCP_PORT }, mapped(bytes, { external: 6 }))
        for (const each of this.answer(bytes)) options.receive({ host: router, port: PCP_PORT }, each)
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    })
  }

  pcp(nonce: number = 7): Pcp {
    const { clock, datagrams } = this
    return new Pcp({
      clock,
      datagrams,
      router,
      client,
      nonce: new Uint8Array(12).fill(nonce),
      lost: () => void this.lost++,
    })
  }
}

interface Says {
  readonly code?: number
  readonly lifetime?: number
  readonly epoch?: number
  readonly external?: number
}

function mapped(question: Uint8Array, { code = 0, lifetime = 3_600, epoch = 100, external }: Says = {}): Uint8Array {
  const bytes = question.slice()
  const view = new DataView(bytes.buffer)
  bytes[1] = bytes[1]! | 128
  view.setUint8(3, code)
  view.setUint32(4, lifetime)
  view.setUint32(8, epoch)
  if (external !== undefined) view.setUint16(42, external)
  bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 12, 1, 1, 1], 44)
  return bytes
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const never = new AbortController().signal
const code = (error: unknown): string => faultOf(error).code

test('PCP asks from our own address for TCP and UDP, and renews what was given', async () => {
  const box = new Box()
  box.answer = (question) => [mapped(question, { external: 50_000, lifetime: question[36] === 6 ? 3_600 : 1_800 })]
  const pcp = box.pcp()
  assert.deepEqual(await pcp.map(4_040, never), { at: { host: '12.1.1.1', port: 50_000 }, lifetime: 1_800 })
  assert.deepEqual(new Set(box.from), new Set([client]))
  assert.deepEqual(
    box.asked.map((bytes) => bytes[36]),
    [6, 17],
  )
  assert.deepEqual(
    box.asked.map((bytes) => view(bytes).getUint16(42)),
    [4_040, 50_000],
    'the same port for both',
  )
  await pcp.map(4_040, never)
  const renewal = box.asked[2]!
  assert.equal(view(renewal).getUint16(42), 50_000)
  assert.equal(renewal.subarray(56, 60).join('.'), '12.1.1.1')
  await pcp.unmap(4_040, never)
  assert.deepEqual(
    box.asked.slice(4).map((bytes) => [bytes[36], view(bytes).getUint32(4)]),
    [
      [6, 0],
      [17, 0],
    ],
  )
})

test('PCP asks again where datagrams are lost, and hears only answers to what it asked', async () => {
  const box = new Box()
  box.answer = (question) => {
    const other = question.with(30, 1)
    return box.asked.length % 2 === 0 ? [Uint8Array.of(1), mapped(other, { external: 9 }), mapped(question)] : []
  }
  const { at } = await box.pcp().map(4_040, never)
  assert.equal(at.port, 4_040)
  assert.equal(box.asked.length, 4)
  box.answer = () => []
  await assert.rejects(box.pcp().map(4_040, never), (error) => code(error) === 'net/no-router')
})

test('a router that refuses is believed, and one of before is told from it', async () => {
  const box = new Box()
  box.answer = (question) => [mapped(question, { code: 8, lifetime: 30 })]
  await assert.rejects(box.pcp().map(1, never), (error) => {
    const { code: is, retryAt, message } = faultOf(error)
    return is === 'net/not-mapped' && retryAt === box.now + 30_000 && /no room/.test(message)
  })
  box.answer = () => [Uint8Array.of(0, 129, 0, 1, 0, 0, 0, 9)]
  await assert.rejects(box.pcp().map(1, never), (error) => code(error) === 'net/no-pcp')
  const stopped = AbortSignal.abort(new Error('enough'))
  await assert.rejects(box.pcp().map(1, stopped), /enough/)
})

test('a router that began anew is seen by its epoch', async () => {
  const box = new Box()
  let epoch = 1_000
  box.answer = (question) => [mapped(question, { epoch })]
  const pcp = box.pcp()
  assert.equal(pcp.keeps(1_000), undefined, 'nothing is known yet')
  await pcp.map(1, never)
  assert.deepEqual([pcp.keeps(1_000), pcp.keeps(3)], [true, false])
  box.now += 60_000
  epoch += 60
  await pcp.map(1, never)
  assert.equal(box.lost, 0)
  box.now += 60_000
  epoch = 5
  await pcp.map(1, never)
  assert.equal(box.lost, 1, 'said once: the second answer fits the first')
})

test('a router that lets nobody end it is asked for the shortest time', async () => {
  const box = new Box()
  box.answer = (question) => [mapped(question, view(question).getUint32(4) === 0 ? { code: 2 } : {})]
  const pcp = box.pcp()
  await pcp.map(4_040, never)
  box.asked.length = 0
  await assert.rejects(pcp.unmap(4_040, never), (error) => code(error) === 'net/not-mapped')
  assert.deepEqual(
    box.asked.map((bytes) => [bytes[36], view(bytes).getUint32(4)]),
    [
      [6, 0],
      [6, 1],
      [17, 0],
      [17, 1],
    ],
  )
})

test('what was asked for is taken back, whether it was answered or not', async () => {
  const box = new Box()
  const pcp = box.pcp()
  const stop = new AbortController()
  box.answer = () => {
    stop.abort(new Error('enough'))
    return []
  }
  await assert.rejects(pcp.map(4_040, stop.signal), /enough/)
  box.asked.length = 0
  box.answer = (question) => [mapped(question, { lifetime: 0 })]
  await pcp.unmap(4_040, never)
  assert.deepEqual(
    box.asked.map((bytes) => [bytes[36], view(bytes).getUint32(4)]),
    [[6, 0]],
  )
})
