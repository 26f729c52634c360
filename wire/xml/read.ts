import { broken } from '../fault.ts'
import type { XmlAttribute, XmlElement, XmlNode } from './element.ts'
import { xmlNamespace } from './write.ts'

/** Elements inside each other: what programs ask has less than ten. */
const MOST_DEPTH = 64
/** Elements and attributes of one document: a question that names every property there is has some hundred. */
const MOST_NODES = 4_096

const nameStart = String.raw`[A-Za-z_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd]`
const part = `${nameStart}(?:${nameStart}|[-.0-9\u00b7\u0300-\u036f\u203f\u2040])*`
const qualified = new RegExp(`(?:(${part}):)?(${part})`, 'yu')
const space = /[ \t\r\n]*/y
const entity = /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g

/** Prefixes in scope; the one without a name is ''. */
type Scope = ReadonlyMap<string, string>

/**
 * Reads a document of bounded depth and size, names resolved. Declarations of types and entities are refused: nothing
 * grows, and nothing elsewhere is read. Comments and instructions are passed over.
 * @throws FaultError `peer` `xml/malformed`, `xml/too-much`
 */
export function readXml(bytes: Uint8Array): XmlElement {
  return new Reader(decoded(bytes)).document()
}

function decoded(bytes: Uint8Array): string {
  const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(wide, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw malformed(`is not ${wide}`, cause)
  }
}

class Reader {
  readonly #text: string
  #at = 0
  #nodes = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): XmlElement {
    this.#misc()
    if (this.#text[this.#at] !== '<') throw malformed('does not begin with an element')
    const root = this.#element(new Map([['xml', xmlNamespace]]), 0)
    this.#misc()
    if (this.#at !== this.#text.length) throw malformed('goes on after its end')
    return root
  }

  /** Space, comments and instructions. */
  #misc(): void {
    do this.#space()
    while (this.#passOver())
  }

  #passOver(): boolean {
    if (this.#starts('<!--')) this.#to('-->', 4)
    else if (this.#starts('<?')) this.#to('?>', 2)
    else return false
    return true
  }

  #element(around: Scope, depth: number): XmlElement {
    if (depth > MOST_DEPTH) throw tooMuch('is too deep')
    this.#count()
    this.#at++
    const [prefix, name] = this.#name()
    const { scope, attributes } = this.#attributes(around)
    const namespace = resolve(scope, prefix)
    if (this.#starts('/>')) {
      this.#at += 2
      return { namespace, name, attributes, children: [] }
    }
    this.#expect('>')
    const children = this.#children(scope, depth)
    this.#at += 2
    const [endPrefix, endName] = this.#name()
    if (endPrefix !== prefix || endName !== name) throw malformed(`ends “${name}” as “${endName}”`)
    this.#space()
    this.#expect('>')
    return { namespace, name, attributes, children }
  }

  #children(scope: Scope, depth: number): XmlNode[] {
    const children: XmlNode[] = []
    let text = ''
    const flush = (): void => {
      if (text !== '') children.push(text)
      text = ''
    }
    for (;;) {
      const next = this.#text.indexOf('<', this.#at)
      if (next < 0) throw malformed('ends inside of an element')
      const raw = this.#text.slice(this.#at, next)
      if (raw.includes(']]>')) throw malformed('holds a section that was not begun')
      text += unescaped(raw)
      this.#at = next
      if (this.#starts('</')) {
        flush()
        return children
      }
      if (this.#starts('<![CDATA[')) text += this.#to(']]>', 9)
      else if (!this.#passOver()) {
        if (this.#starts('<!')) throw malformed('declares something')
        flush()
        children.push(this.#element(scope, depth + 1))
      }
    }
  }

  #attributes(around: Scope): { readonly scope: Scope; readonly attributes: readonly XmlAttribute[] } {
    const found: { readonly prefix: string; readonly name: string; readonly value: string }[] = []
    const scope = new Map(around)
    for (;;) {
      const before = this.#at
      this.#space()
      if (this.#starts('>') || this.#starts('/>')) break
      if (this.#at === before) throw malformed('has no space before an attribute')
      this.#count()
      const [prefix, name] = this.#name()
      this.#space()
      this.#expect('=')
      this.#space()
      const value = this.#value()
      if (prefix === '' && name === 'xmlns') scope.set('', value)
      else if (prefix === 'xmlns') scope.set(name, declared(name, value))
      else found.push({ prefix, name, value })
    }
    const attributes = found.map(({ prefix, name, value }) => ({
      namespace: prefix === '' ? '' : resolve(scope, prefix),
      name,
      value,
    }))
    const names = new Set(attributes.map(({ namespace, name }) => `${namespace} ${name}`))
    if (names.size !== attributes.length) throw malformed('has an attribute twice')
    return { scope, attributes }
  }

  #value(): string {
    const quote = this.#text[this.#at]
    if (quote !== '"' && quote !== "'") throw malformed('has an attribute without quotes')
    this.#at++
    const value = this.#to(quote, 0)
    if (value.includes('<')) throw malformed('has a tag in an attribute')
    return unescaped(value.replaceAll(/[\t\r\n]/g, ' '))
  }

  #name(): readonly [prefix: string, name: string] {
    qualified.lastIndex = this.#at
    const match = qualified.exec(this.#text)
    if (match === null) throw malformed('has a name that is none')
    this.#at = qualified.lastIndex
    return [match[1] ?? '', match[2]!]
  }

  #space(): void {
    space.lastIndex = this.#at
    space.exec(this.#text)
    this.#at = space.lastIndex
  }

  #expect(what: string): void {
    if (!this.#starts(what)) throw malformed(`has no “${what}” where one belongs`)
    this.#at += what.length
  }

  #starts(what: string): boolean {
    return this.#text.startsWith(what, this.#at)
  }

  /** What stands until `end`, which is passed; `skip` characters are left out before. */
  #to(end: string, skip: number): string {
    const from = this.#at + skip
    const to = this.#text.indexOf(end, from)
    if (to < 0) throw malformed(`has no “${end}”`)
    this.#at = to + end.length
    return this.#text.slice(from, to)
  }

  #count(): void {
    if (++this.#nodes > MOST_NODES) throw tooMuch('has too many elements')
  }
}

function resolve(scope: Scope, prefix: string): string {
  const namespace = scope.get(prefix)
  if (namespace === undefined && prefix !== '') throw malformed(`does not say what “${prefix}” is`)
  return namespace ?? ''
}

/** Namespaces in XML 1.0, 2.2 and 3: a prefix stands for something, and some are taken. */
function declared(prefix: string, namespace: string): string {
  if (namespace === '' || prefix === 'xmlns' || (prefix === 'xml') !== (namespace === xmlNamespace)) {
    throw malformed(`gives “${prefix}” a meaning that it cannot have`)
  }
  return namespace
}

function unescaped(text: string): string {
  if (!text.includes('&')) return text
  let end = 0
  let out = ''
  for (const match of text.matchAll(entity)) {
    const between = text.slice(end, match.index)
    if (between.includes('&')) throw malformed('names something that was not declared')
    out += between + meant(match)
    end = match.index + match[0].length
  }
  const rest = text.slice(end)
  if (rest.includes('&')) throw malformed('names something that was not declared')
  return out + rest
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function meant([, decimal, hex, name]: RegExpExecArray): string {
  if (name !== undefined) return entities[name]!
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
  const isCharacter =
    code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000))
  if (!isCharacter) throw malformed('names a character that there is not')
  return String.fromCodePoint(code)
}

function malformed(what: string, cause?: unknown): Error {
  const fault = broken('xml/malformed', `The document ${what}`)
  if (cause !== undefined) fault.cause = cause
  return fault
}

function tooMuch(what: string): Error {
  return broken('xml/too-much', `The document ${what}`)
}
