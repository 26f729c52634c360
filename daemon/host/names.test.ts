import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { systemClock } from './clock.ts'
import { systemNames } from './names.ts'
import { systemRandom } from './random.ts'

function withFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code && error.fault.kind === 'unavailable'
}

/** Time that is moved by hand. */
function handClock(): Clock & { pass(ms: number): void } {
  let now = 1_700_000_000_000
  let timers: { at: number; callback: () => void }[] = []
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback }
      timers.push(timer)
      return { [Symbol.dispose]: () => void (timers = timers.filter((each) => each !== timer)) }
    },
    pass(ms) {
      now += ms
      const due = timers.filter((timer) => timer.at <= now)
      timers = timers.filter((timer) => timer.at > now)
      for (const timer of due) timer.callback()
    },
  }
}

describe('names', () => {
  it('answer addresses themselves', async () => {
    const names = systemNames(systemClock(), () => Promise.reject(new Error('not to be asked')))
    assert.deepEqual(await names.resolve('192.0.2.1'), ['192.0.2.1'])
    assert.deepEqual(await names.resolve('[2001:db8::1]'), ['2001:db8::1'])
  })

  it('are asked of the system, IPv4 first', async () => {
    const found = await systemNames(systemClock()).resolve('localhost')
    assert.ok(found.includes('127.0.0.1') || found.includes('::1'))
  })

  it('are kept, and asked once at a time', async () => {
    const clock = handClock()
    const asked: string[] = []
    const names = systemNames(clock, async (name) => {
      asked.push(name)
      return ['192.0.2.1', '2001:db8::1']
    })
    const both = await Promise.all([names.resolve('Example.org'), names.resolve('example.org.')])
    assert.deepEqual(both[0], ['192.0.2.1', '2001:db8::1'])
    assert.deepEqual(asked, ['example.org'])
    clock.pass(60_000)
    await names.resolve('example.org')
    assert.equal(asked.length, 1)
    clock.pass(10 * 60_000)
    await names.resolve('example.org')
    assert.equal(asked.length, 2)
    // Who wants to know it as it is now is not told of before, and nobody after that.
    await Promise.all([names.resolve('example.org', undefined, true), names.resolve('example.org', undefined, true)])
    assert.equal(asked.length, 3)
    await names.resolve('example.org')
    assert.equal(asked.length, 3)
  })

  it('that fail are asked again soon, but not at once', async () => {
    const clock = handClock()
    let asked = 0
    const names = systemNames(clock, async () => {
      if (++asked === 1) throw new Error('ENOTFOUND')
      return asked === 2 ? [] : ['192.0.2.7']
    })
    await assert.rejects(names.resolve('a.example'), withFault('net/name-unknown'))
    await assert.rejects(names.resolve('a.example'), withFault('net/name-unknown'))
    assert.equal(asked, 1)
    clock.pass(20_000)
    await assert.rejects(names.resolve('a.example'), withFault('net/name-unknown'))
    clock.pass(20_000)
    assert.deepEqual(await names.resolve('a.example'), ['192.0.2.7'])
  })

  it('that are none are refused', async () => {
    const names = systemNames(systemClock(), () => Promise.reject(new Error('not to be asked')))
    for (const name of ['', 'a b', 'a/b', 'x'.repeat(300), 'a\0b', '[::1', '[]']) {
      await assert.rejects(names.resolve(name), withFault('net/name-unknown'), name)
    }
  })

  it('wait for a slow server only so long, two at a time', async () => {
    const clock = handClock()
    let running = 0
    const release: (() => void)[] = []
    const names = systemNames(clock, async () => {
      running++
      await new Promise<void>((go) => release.push(go))
      running--
      return ['192.0.2.1']
    })
    const all = ['a', 'b', 'c'].map((name) => names.resolve(`${name}.example`))
    const settled = Promise.allSettled(all)
    assert.equal(running, 2)
    const abort = new AbortController()
    const fourth = names.resolve('d.example', abort.signal)
    abort.abort(new Error('enough'))
    await assert.rejects(fourth, /enough/)
    await assert.rejects(names.resolve('d.example', abort.signal), /enough/)
    release.shift()?.()
    assert.deepEqual(await all[0], ['192.0.2.1'])
    assert.equal(running, 2)
    clock.pass(30_000)
    const outcome = await settled
    assert.deepEqual(
      outcome.map((each) => each.status),
      ['fulfilled', 'rejected', 'rejected'],
    )
  })
})

describe('the system clock', () => {
  it('calls back once, and not when disposed', async () => {
    const clock = systemClock()
    const start = clock.now()
    const told: string[] = []
    clock.after(5, () => told.push('never'))[Symbol.dispose]()
    using _far = clock.after(2 ** 40, () => told.push('too early'))
    await new Promise<void>((resolve) => {
      clock.after(20, () => {
        told.push('now')
        resolve()
      })
    })
    assert.deepEqual(told, ['now'])
    assert.ok(clock.now() >= start + 19)
  })
})

describe('the system’s chance', () => {
  it('lies in [0, 1), evenly enough, and fills bytes', () => {
    const random = systemRandom()
    const counts = new Uint32Array(10)
    for (let index = 0; index < 20_000; index++) {
      const number = random.number()
      assert.ok(number >= 0 && number < 1)
      const slot = Math.floor(number * 10)
      counts[slot] = counts[slot]! + 1
    }
    assert.ok(
      counts.every((count) => count > 1700 && count < 2300),
      counts.join(' '),
    )
    const bytes = random.bytes(32)
    assert.equal(bytes.length, 32)
    assert.notDeepEqual(bytes, random.bytes(32))
  })
})
