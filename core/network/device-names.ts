/** What a device is told apart by: its id, and the name that it gives itself. */
interface Called {
  readonly id: string
  readonly name: string
}

/** Digits of an id that people are shown; more where these are the same too. */
const SHOWN_DIGITS = 8
const MORE_DIGITS = 4
/** A name that ends as if these digits were behind it; none is shown that way without its own behind. */
const looksTold = /\s*\([0-9a-f]{8,}\)\s*$/i

/**
 * Names to show, by id: no two are the same. Of devices that call themselves alike, to the eye of a person, each has
 * the beginning of its id behind its name.
 */
export function shownNames(devices: Iterable<Called>): ReadonlyMap<string, string> {
  const alike = new Map<string, Called[]>()
  for (const one of devices) {
    const key = one.name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
    const group = alike.get(key)
    if (group === undefined) alike.set(key, [one])
    else if (group.every(({ id }) => id !== one.id)) group.push(one)
  }
  const shown = new Map<string, string>()
  for (const group of alike.values()) {
    const digits = digitsOf(group.map(({ id }) => id))
    for (const { id, name } of group) {
      const isAlone = group.length === 1 && !looksTold.test(name.normalize('NFKC'))
      shown.set(id, isAlone ? name : `${name} (${id.slice(0, digits)})`)
    }
  }
  return shown
}

/** What a device calls itself, of a name as {@link shownNames} made it. */
export function calledName(shown: string): string {
  return shown.replace(looksTold, '')
}

/** How many digits tell these ids apart: whoever makes keys until one begins like another's is still told apart. */
function digitsOf(ids: readonly string[]): number {
  const longest = Math.max(...ids.map(({ length }) => length))
  let digits = SHOWN_DIGITS
  while (digits < longest && new Set(ids.map((id) => id.slice(0, digits))).size < ids.length) digits += MORE_DIGITS
  return digits
}
