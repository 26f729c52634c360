import { networkInterfaces } from 'node:os'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Attached } from '@kith/core/network/net.ts'
import { isLoopback, plainAddress } from './address.ts'

/**
 * Addresses change seldom, and asking for them costs calls to the system; but what is refused because it is ours is refused
 * at once.
 */
const KEPT_MS = 250

export interface OwnAddresses {
  has(host: string): boolean
  attached(): readonly Attached[]
}

/** The addresses of this machine, as they are now. */
export function ownAddresses(clock: Clock): OwnAddresses {
  let all: readonly Attached[] = []
  let until = Number.NEGATIVE_INFINITY
  const attached = (): readonly Attached[] => {
    const now = clock.now()
    if (now >= until) {
      until = now + KEPT_MS
      all = Object.values(networkInterfaces()).flatMap((some) =>
        (some ?? []).flatMap(({ address, cidr }) =>
          cidr === null ? [] : [{ host: address, prefix: Number(cidr.slice(cidr.indexOf('/') + 1)) }],
        ),
      )
    }
    return all
  }
  return {
    attached,
    has(host) {
      const plain = plainAddress(host).replace(/%.*$/, '')
      return isLoopback(plain) || attached().some((one) => one.host === plain)
    },
  }
}
