import type { Net } from '@kith/core/network/net.ts'
import { addressBytes, isWithin } from '@kith/wire/ip-address.ts'

/** Whether an address is of this machine, or of a network that it is part of: nobody else is spoken with. */
export function isNear(net: Pick<Net, 'isOwn' | 'attached'>, host: string): boolean {
  const plain = host.replace(/%.*$/, '')
  const bytes = addressBytes(plain)
  if (bytes === undefined) return false
  if (net.isOwn(host)) return true
  return net.attached().some((one) => {
    const own = addressBytes(one.host.replace(/%.*$/, ''))
    return own !== undefined && one.prefix > 0 && isWithin(bytes, own, one.prefix)
  })
}
