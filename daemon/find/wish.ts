import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Network } from '@kith/core/network/network.ts'
import { belonging } from '@kith/core/search/belong.ts'
import type { Group } from '@kith/core/search/group.ts'
import type { Hit } from '@kith/core/search/hit.ts'
import type { Hints, Wish } from '@kith/core/transfer/wish.ts'

export interface WishWorld {
  readonly networks: readonly Network<never>[]
  /** @throws FaultError `input` */
  parseLink(link: string): Wish
}

/**
 * One wish for a whole row: every digest that belongs to it, and for every network what its people gave to fetch it by,
 * so that one transfer takes it from all of them. @throws FaultError `input`, `unavailable`
 */
export function wishOf(group: Group, world: WishWorld): Wish {
  if (group.folder) {
    throw fail('input', 'find/folder', `${group.name} is a folder`, {
      hint: 'It is fetched as a folder: what is in it has to be looked at first.',
    })
  }
  if (group.own !== undefined) throw fail('input', 'find/own', `${group.name} is in your library already`)
  const digests = belonging(group)
  const hints: Hints = {}
  let ways = 0
  for (const hit of group.hits) {
    const known = hit.content.digests
    // Who names other bytes stands in the row by a digest that was left out.
    if (known.length > 0 && !known.some((one) => digests.includes(one))) continue
    const wish = oneWish(hit, world)
    if (wish === undefined) continue
    ways++
    for (const { id, mergeHints } of world.networks) {
      const news = wish.hints[id]
      if (news === undefined) continue
      hints[id] = hints[id] === undefined ? news : mergeHints(hints[id], news)
    }
    if (digests.length === 0) return wish
  }
  if (ways === 0) {
    throw fail('unavailable', 'find/no-way', `Nobody who has ${group.name} says by what it can be fetched`)
  }
  const { name, size } = group
  return { content: { digests, name, ...(size === undefined ? {} : { size }) }, hints }
}

/** What one peer's answer asks for; undefined when nothing can be made of it. */
function oneWish({ content, peer, link }: Hit, { networks, parseLink }: WishWorld): Wish | undefined {
  const network = networks.find(({ id }) => id === peer.network)
  try {
    const text = link ?? network?.link(content, undefined)
    return text === undefined ? undefined : parseLink(text)
  } catch (error) {
    if (error instanceof FaultError) return undefined
    throw error
  }
}
