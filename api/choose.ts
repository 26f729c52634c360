/** Digits of an id that somebody would type who means it, not a name. */
const fewestDigits = 6

/**
 * What is meant by a text: by its id, by another of its names, or by the beginning of one. Others choose their names: none
 * that is like somebody else's id, or the beginning of it, comes before that one. More than one where that is not clear.
 *
 * @param names the id first
 */
export function choose<T>(
  all: readonly T[],
  text: string,
  names: (of: T) => readonly [string, ...string[]],
): readonly T[] {
  const wanted = text.toLowerCase()
  if (wanted === '') return []
  const those = (test: (id: string, others: readonly string[]) => boolean): readonly T[] =>
    all.filter((one) => {
      const [id, ...others] = names(one).map((name) => name.toLowerCase())
      return test(id!, others)
    })
  const byId = those((id) => id === wanted)
  if (byId.length > 0) return byId
  const isLong = wanted.length >= fewestDigits
  const exact = those((id, others) => others.includes(wanted) || (isLong && id.startsWith(wanted)))
  if (exact.length > 0) return exact
  return those((...[id, others]) => [id, ...others].some((name) => name.startsWith(wanted)))
}
