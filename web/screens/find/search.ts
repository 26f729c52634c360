/** What of the Find screen stands in the address. */
export interface FindSearch {
  /** The words of the question. */
  readonly q?: string
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function findSearch({ q }: Readonly<Record<string, unknown>>): FindSearch {
  return typeof q === 'string' && q !== '' ? { q: q.slice(0, 500) } : {}
}
