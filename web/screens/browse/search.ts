/** What of the Browse screen stands in the address: who is looked at, and where in what they share. */
export interface BrowseSearch {
  readonly network?: string
  readonly peer?: string
  /** What they are called, until they answer. */
  readonly name?: string
  readonly path?: string
  readonly filter?: string
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function browseSearch(given: Readonly<Record<string, unknown>>): BrowseSearch {
  const read = <Key extends keyof BrowseSearch>(key: Key, longest: number): Pick<BrowseSearch, Key> | object => {
    const value = given[key]
    // A number is what the router makes of digits.
    const text = typeof value === 'number' ? String(value) : value
    return typeof text === 'string' && text !== '' ? { [key]: text.slice(0, longest) } : {}
  }
  return {
    ...read('network', 40),
    ...read('peer', 500),
    ...read('name', 200),
    ...read('path', 4096),
    ...read('filter', 200),
  }
}
