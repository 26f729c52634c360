/** Whose folders are looked at, and where in them. */
export interface TreeSearch {
  readonly device?: string
  /** What the device is called. */
  readonly name?: string
  readonly path?: string
}

/** Reads an address that anybody may have written; what makes no sense is left out. */
export function treeSearch(given: Readonly<Record<string, unknown>>): TreeSearch {
  const read = <Key extends keyof TreeSearch>(key: Key, longest: number): Pick<TreeSearch, Key> | object => {
    const value = given[key]
    // A number is what the router makes of digits.
    const text = typeof value === 'number' ? String(value) : value
    return typeof text === 'string' && text !== '' ? { [key]: text.slice(0, longest) } : {}
  }
  return { ...read('device', 200), ...read('name', 200), ...read('path', 4096) }
}
