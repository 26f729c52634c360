import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault } from '@kith/core/fault/fault.ts'
import type { Gateway } from '@kith/core/network/facets.ts'
import type { Health, Membership } from '@kith/core/network/network.ts'
import { value } from '@kith/core/value/value.ts'
import { networkCheck } from './network-check.ts'

const network = { id: 'directconnect', title: 'Direct Connect' } as const
const refused: Fault = { kind: 'gone', code: 'net/refused', message: 'Nobody listens at that address', hint: 'Ask.' }
const hub = (address: string, fault?: Fault): Gateway => ({
  address,
  kind: 'hub',
  state: fault === undefined ? 'attached' : 'failed',
  ...(fault === undefined ? {} : { fault }),
})

function joined(
  health: Health,
  hubs: readonly Gateway[],
  more: Partial<Membership> = {},
): ReturnType<typeof networkCheck> {
  const membership: Membership = {
    health: value(health),
    gateways: { list: () => hubs },
    ...more,
    async [Symbol.asyncDispose]() {},
  }
  return networkCheck(network, { kind: 'in', membership })
}

test('a network all of whose gateways fail is not called well, and why is said', () => {
  const trouble: Health = { state: 'trouble', people: 0, fault: refused }
  assert.deepEqual(joined(trouble, [hub('adc://one:1', refused)]), {
    name: 'directconnect',
    ok: false,
    message: 'Direct Connect is joined, but adc://one:1 fails: Nobody listens at that address',
    hint: 'Ask.',
  })
  const two = joined(trouble, [hub('adc://one:1', refused), hub('dchub://two:2', refused)])
  assert.match(two.message, /2 gateways fail, adc:\/\/one:1 with: Nobody listens/)
  assert.match(joined(trouble, []).message, /joined, but reaches nobody: Nobody listens/)
})

test('a network that has somebody is well, though one of its gateways fails', () => {
  const one = joined({ state: 'connected', people: 2 }, [hub('adc://one:1', refused), hub('adc://two:2')])
  assert.deepEqual(one, { name: 'directconnect', ok: true, message: 'Direct Connect is joined' })
  const alone = joined({ state: 'alone', people: 0 }, [])
  assert.deepEqual([alone.ok, alone.message], [true, 'Direct Connect is joined, and nobody was reached yet'])
})

test('a directory of ours that could not be opened is told', () => {
  const state = value({ open: false, addresses: [], counts: {}, fault: refused })
  const kept = joined({ state: 'alone', people: 0 }, [], { directory: { state, async open() {}, async close() {} } })
  assert.deepEqual([kept.ok, kept.message.endsWith('is not open: Nobody listens at that address')], [false, true])
})

test('a network that is not joined says how it is', () => {
  assert.deepEqual(networkCheck(network, { kind: 'off' }).message, 'Direct Connect is off')
  const waiting = networkCheck(network, { kind: 'waiting', fault: refused, until: 0 })
  assert.deepEqual([waiting.ok, waiting.hint], [false, 'Ask.'])
  assert.match(waiting.message, /could not be joined: Nobody listens/)
})
