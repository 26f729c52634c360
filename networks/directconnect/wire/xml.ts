/**
 * The tags of an XML document as they come, without the brackets; texts between them, and what comments hold, are passed
 * over. `tooLong` makes the error for a tag that does not end within `longest` characters.
 */
export function tagReader(longest: number, tooLong: () => Error): (text: string) => Generator<string> {
  let held = ''
  return function* (text) {
    held += text
    let at = 0
    for (;;) {
      const start = held.indexOf('<', at)
      const end = start < 0 ? -1 : endOfTag(held, start)
      if (end < 0) {
        held = start < 0 ? '' : held.slice(start)
        if (held.length > longest) throw tooLong()
        return
      }
      at = end + 1
      yield held.slice(start + 1, end)
    }
  }
}

/** Where the tag that starts at `start` ends; `>` may stand in a value. -1 when that has not come. */
function endOfTag(text: string, start: number): number {
  if (text.startsWith('<!--', start)) {
    const end = text.indexOf('-->', start + 4)
    return end < 0 ? -1 : end + 2
  }
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '>') return at
    if (character !== '"' && character !== "'") continue
    at = text.indexOf(character, at + 1)
    if (at < 0) return -1
  }
  return -1
}

/** The value of an attribute of a tag, as it is meant. */
export function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag)
  const value = match?.[1] ?? match?.[2]
  return value?.includes('&') === true ? unescapeXml(value) : value
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole
      const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
    },
  )
}
