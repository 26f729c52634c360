import type { Host } from '@kith/core/network/host.ts'
import type { TigerKernel } from '@kith/wire/hash/tiger.ts'
import { identityBytes, tigerText } from './wire/cid.ts'

/** Who we are on ADC hubs: made once and kept, so that others know us again. */
export interface Identity {
  /** Only hubs are told, who check with it that the public one is ours. */
  readonly privateId: Uint8Array
  readonly publicId: Uint8Array
  /** The public one in base32. */
  readonly cid: string
}

export function identityOf({ keep, random }: Pick<Host, 'keep' | 'random'>, kernel: TigerKernel): Identity {
  let privateId = keep.get('private-id')
  if (privateId?.length !== identityBytes) keep.set('private-id', (privateId = random.bytes(identityBytes)))
  const publicId = kernel.digest(privateId)
  return { privateId, publicId, cid: tigerText(publicId) }
}
