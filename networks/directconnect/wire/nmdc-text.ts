import { fromLatin1, latin1, strictText, utf8 } from '@kith/wire/bytes.ts'

/**
 * What NMDC hubs write texts in is not told on the wire (NMDC 2): it is UTF-8 where it can be, else the hub's charset. Commands
 * are kept as one character for each byte until a text in them is wanted, so that nicks stay what they are.
 */
export interface NmdcText {
  /** From the bytes of the wire, each a character. */
  read(raw: string): string
  /** To the bytes of the wire; what the charset lacks becomes a question mark. */
  write(text: string): string
}

/** Charsets in which a byte is a character: these can be written by turning the table of the decoder around. */
export function nmdcText(charset: string): NmdcText {
  const decoder = new TextDecoder(charset)
  const single = decoder.encoding !== 'utf-8' && tableOf(decoder)
  return {
    read(raw) {
      const bytes = fromLatin1(raw)
      if (bytes === undefined) return raw
      return strictText(bytes) ?? decoder.decode(bytes)
    },
    write(text) {
      if (single === false || single === undefined) return latin1(utf8(text))
      let out = ''
      for (const character of text) out += single.get(character) ?? (character.charCodeAt(0) < 128 ? character : '?')
      return out
    },
  }
}

function tableOf(decoder: TextDecoder): ReadonlyMap<string, string> | undefined {
  const table = new Map<string, string>()
  for (let byte = 128; byte < 256; byte++) {
    const character = decoder.decode(Uint8Array.of(byte))
    if (character.length === 1 && character !== '\ufffd') table.set(character, String.fromCharCode(byte))
  }
  return table.size > 64 ? table : undefined
}

/** `$` and `|` have meanings, and so has what stands for them. */
export function escapeNmdc(text: string): string {
  return text
    .replace(/&(?=(?:#36|#124|amp);)/g, '&amp;')
    .replaceAll('$', '&#36;')
    .replaceAll('|', '&#124;')
}

export function unescapeNmdc(text: string): string {
  return text
    .replaceAll('&#36;', '$')
    .replaceAll('&#124;', '|')
    .replace(/&amp;(?=(?:#36|#124|amp);)/g, '&')
}
