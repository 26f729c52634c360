const insideWord = /[\p{L}\p{N}_]/u

/** Whether a text speaks to somebody: their name stands in it as a word of its own, in any case of letters. */
export function mentions(text: string, name: string): boolean {
  if (name === '') return false
  const [where, what] = [text.toLowerCase(), name.toLowerCase()]
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, at + 1)) {
    const before = where.slice(0, at).match(/.$/su)?.[0] ?? ''
    const after = where.slice(at + what.length).match(/^./su)?.[0] ?? ''
    if (!insideWord.test(before) && !insideWord.test(after)) return true
  }
  return false
}
