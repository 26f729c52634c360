export const keeperParts = ['users', 'bans', 'registered'] as const
export type KeeperPart = (typeof keeperParts)[number]

/** What of the keeper's screen stands in the address. */
export interface KeeperSearch {
  /** Whose directory it is; the only network with people in it without it. */
  readonly network?: string
  /** Users without it. */
  readonly part?: KeeperPart
  readonly filter?: string
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function keeperSearch({ network, part, filter }: Readonly<Record<string, unknown>>): KeeperSearch {
  const known = keeperParts.find((one) => one === part)
  return {
    ...(typeof network === 'string' && network !== '' ? { network: network.slice(0, 40) } : {}),
    ...(known === undefined ? {} : { part: known }),
    ...(typeof filter === 'string' && filter !== '' ? { filter: filter.slice(0, 200) } : {}),
  }
}
