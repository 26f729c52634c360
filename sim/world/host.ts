import { fail } from '@kith/core/fault/fault.ts'
import type { Journal } from '@kith/core/journal/journal.ts'
import { journal } from '@kith/core/journal/journal.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Host } from '@kith/core/network/host.ts'
import type { Log } from '@kith/core/network/log.ts'
import { listedShares } from '@kith/core/share/listed.ts'
import type { Internet } from './internet.ts'

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent }

/** A simulated machine: all that a network can touch, at an address of the simulated internet. */
export function simulatedHost(internet: Internet, address: string, port = 6881): Host & { readonly journal: Journal } {
  const { clock, random } = internet
  const kept = new Map<string, Uint8Array>()
  return {
    clock,
    random,
    net: internet.net(address, port),
    names: { resolve: async (name) => [name] },
    http: {
      fingerprint: new Uint8Array(32),
      request: async () => {
        throw fail('gone', 'net/refused', 'There is no web in this world')
      },
      listen: async () => {
        throw fail('local', 'net/forbidden', 'There is no web in this world')
      },
    },
    taps: {
      clear: async () => {},
      open: async () => {
        throw fail('local', 'tap/forbidden', 'There are no devices in this world')
      },
      leadsOutV6: () => false,
      translate: async () => {
        throw fail('local', 'tap/forbidden', 'There are no devices in this world')
      },
      routeAll: async () => {
        throw fail('local', 'tap/forbidden', 'There are no devices in this world')
      },
    },
    channels: {
      dial: async () => {
        throw fail('gone', 'net/refused', 'There are no channels in this world')
      },
      accept: async () => {
        throw fail('gone', 'net/refused', 'There are no channels in this world')
      },
      listen: async () => {
        throw fail('local', 'net/forbidden', 'There are no channels in this world')
      },
    },
    carriers: undefined,
    discovery: {
      announce: async () => new AsyncDisposableStack(),
      browse: async () => new AsyncDisposableStack(),
    },
    keep: {
      get: (key) => kept.get(key),
      set: (key, value) => void (value === undefined ? kept.delete(key) : kept.set(key, value)),
    },
    record() {},
    shares: listedShares(),
    arrivals: {
      write: async () => {
        throw fail('local', 'disk/forbidden', 'There is no disk in this world')
      },
    },
    log: silent,
    journal: journal(clock),
    budget: budgets(clock),
    self: { program: 'Kith', version: '0.0.0', device: address },
  }
}
