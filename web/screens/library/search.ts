export const libraryParts = ['folders', 'files', 'asked', 'complete', 'webdav'] as const
export type LibraryPart = (typeof libraryParts)[number]

/** What of the Library screen stands in the address. */
export interface LibrarySearch {
  /** Shared folders without it. */
  readonly part?: LibraryPart
  readonly filter?: string
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function librarySearch({ part, filter }: Readonly<Record<string, unknown>>): LibrarySearch {
  const known = libraryParts.find((one) => one === part)
  return {
    ...(known === undefined ? {} : { part: known }),
    ...(typeof filter === 'string' && filter !== '' ? { filter: filter.slice(0, 200) } : {}),
  }
}

export function withFilter({ part }: LibrarySearch, filter: string): LibrarySearch {
  return librarySearch({ part, filter })
}
