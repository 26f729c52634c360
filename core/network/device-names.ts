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
/** One line of ASCII, with single spaces between its words. */
const plain = /^[!-~]+(?: [!-~]+)*$/

/**
 * Names to show, by id: no two are the same. Of devices that call themselves alike, to the eye of a person, each has
 * the beginning of its id behind its name.
 */
export function shownNames(devices: Iterable<Called>): ReadonlyMap<string, string> {
  const alike = new Map<string, Called[]>()
  const shown = new Map<string, string>()
  for (const one of devices) {
    if (shown.has(one.id)) continue
    shown.set(one.id, one.name)
    const key = seenAs(one.name)
    const group = alike.get(key)
    if (group === undefined) alike.set(key, [one])
    else group.push(one)
  }
  for (const [key, group] of alike) {
    if (group.length === 1 && !(key.endsWith(')') && looksTold.test(key))) continue
    const digits = digitsOf(group.map(({ id }) => id))
    for (const { id, name } of group) shown.set(id, `${name} (${id.slice(0, digits)})`)
  }
  return shown
}

/** Names that look the same have the same of these. Most are plain: there may be hundreds, looked at often. */
function seenAs(name: string): string {
  if (plain.test(name)) return name.toLowerCase()
  return name.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, ' ').trim()
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
