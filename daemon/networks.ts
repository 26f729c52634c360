import { bittorrent } from '@kith/bittorrent/index.ts'
import { directconnect } from '@kith/directconnect/index.ts'
import { neighbours } from '@kith/neighbours/index.ts'
import type { Network } from '@kith/core/network/network.ts'

/**
 * Every network there is: the one list of them (design 2, rule 4). Where none is named, the first that can do a thing
 * does it, such as publishing.
 */
export const networks: readonly Network<never>[] = [
  bittorrent as Network<never>,
  neighbours as Network<never>,
  directconnect as Network<never>,
]
