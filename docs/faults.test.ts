import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { settingsPage } from './settings.ts'

/** `docs/faults.md` beside the sources: every code that they can give has its line there, and no line is left over. */
const root = dirname(import.meta.dirname)
const kinds = new Set(['peer', 'gone', 'unavailable', 'local', 'input'])
/** `text/plain`, but never an area of faults. */
const mediaTypes = new Set(['application', 'audio', 'font', 'image', 'multipart', 'text', 'video'])

interface Given {
  readonly code: string
  /** Where the call says it. */
  readonly kind: string | undefined
  readonly path: string
}

interface Row {
  readonly code: string
  readonly kinds: readonly string[]
  readonly area: string
}

/** Without comments: of lines and of blocks that begin a line, which is where oxfmt leaves them. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/^\s*\/\/.*$/gm, '')
}

function sources(): { path: string; text: string }[] {
  return ['core', 'wire', 'networks', 'daemon', 'api', 'cli']
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx,mjs}`, { cwd: root, exclude: skipped }))
    .filter((path) => !/\.test\.tsx?$|\.as\.ts$|\/test-kit\//.test(path))
    .map((path) => ({ path, text: withoutComments(readFileSync(join(root, path), 'utf8')) }))
}

function skipped(path: string): boolean {
  return /(?:^|\/)(?:node_modules|dist|out)$/.test(path)
}

/**
 * The codes of one source. A literal `area/what` is a code wherever it stands, since functions of many names make
 * faults, but for what is compared or looked up, imported, told to the journal, or a media type.
 */
function* codesOf(path: string, text: string): Generator<Given> {
  for (const match of text.matchAll(/'([a-z0-9-]+\/[a-z0-9-]+)'/g)) {
    const [literal, code = ''] = match
    const before = text.slice(Math.max(0, match.index - 80), match.index)
    const after = text.slice(match.index + literal.length, match.index + literal.length + 4)
    const isKey = /^\s*:/.test(after) && /[{,]\s*$/.test(before)
    if (isKey || mediaTypes.has(code.slice(0, code.indexOf('/'))) || /^\s*[!=]==/.test(after)) continue
    if (/(?:[!=]==|\bcase|\bfrom|\bimport\(?|\btell\()\s*$/.test(before)) continue
    const kind =
      /\bfail\(\s*'([a-z]+)',\s*$/.exec(before)?.[1] ??
      /\bkind: '([a-z]+)',\s*code:\s*$/.exec(before)?.[1] ??
      (/\bbroken\(\s*$/.test(before) ? 'peer' : undefined)
    yield { code, kind, path }
  }
  // Of the configuration: problem('toml', …) is config/toml.
  if (path.startsWith('daemon/config/'))
    for (const [, what = ''] of text.matchAll(/\bproblem\(\s*'([a-z0-9-]+)'/g))
      yield { code: `config/${what}`, kind: 'input', path }
}

function rows(page: string): Row[] {
  const found: Row[] = []
  let area = ''
  for (const line of page.split('\n')) {
    area = /^## (\S+)$/.exec(line)?.[1] ?? area
    const match = /^\| `([a-z0-9-]+\/[a-z0-9-]+)` \| ([a-z, ]+) \| \S.* \| \S.* \|$/.exec(line)
    const [, code = '', of = ''] = match ?? []
    if (match !== null) found.push({ code, kinds: of.split(', '), area })
    else assert.doesNotMatch(line, /^\| `[^`]*\//, 'a line with a code that is not one of four cells')
  }
  return found
}

const all = sources()
const given = all.flatMap(({ path, text }) => [...codesOf(path, text)])
const listed = rows(readFileSync(join(root, 'docs', 'faults.md'), 'utf8'))

void test('codes are found in every form in which they are written', () => {
  const found = (text: string): (string | undefined)[][] =>
    [...codesOf('daemon/config/x.ts', withoutComments(text))].map(({ code, kind }) => [code, kind])
  assert.deepEqual(found("throw fail('input', 'a/b', 'No')"), [['a/b', 'input']])
  assert.deepEqual(found("fail(\n  'local',\n  'a/b-2',\n  `No`,\n)"), [['a/b-2', 'local']])
  assert.deepEqual(found("const fault: Fault = {\n  kind: 'gone',\n  code: 'a/b',\n}"), [['a/b', 'gone']])
  assert.deepEqual(found("broken(\n  'a/b',"), [['a/b', 'peer']])
  assert.deepEqual(found("bad('a/b', x ? 'c/d' : 'e/f')"), [
    ['a/b', undefined],
    ['c/d', undefined],
    ['e/f', undefined],
  ])
  assert.deepEqual(found("problem(\n  'toml', 'No')"), [['config/toml', 'input']])
  for (const none of [
    "if (fault.code === 'a/b') return",
    "const status = { 'a/b': 404 }",
    "import { x } from 'a/b'",
    "journal.tell('a/b', id)",
    "'text/plain'",
    "  // fail('input', 'a/b', 'No')",
    "  /** `fail('input', 'a/b')` */",
  ])
    assert.deepEqual(found(none), [], none)
})

void test('every code of the sources stands in docs/faults.md', () => {
  assert.ok(given.length > 200, 'the sources were read')
  const known = new Set(listed.map(({ code }) => code))
  const missing = given.filter(({ code }) => !known.has(code)).map(({ code, path }) => `${code} (${path})`)
  assert.deepEqual([...new Set(missing)], [])
})

void test('docs/faults.md lists no code that no source has', () => {
  const known = new Set(given.map(({ code }) => code))
  assert.deepEqual(
    listed.map(({ code }) => code).filter((code) => !known.has(code)),
    [],
  )
})

void test('each code stands once, below the heading of its area, with its kinds', () => {
  assert.equal(new Set(listed.map(({ code }) => code)).size, listed.length)
  const wrong: string[] = []
  for (const row of listed) {
    if (!row.code.startsWith(`${row.area}/`)) wrong.push(`${row.code} stands below ${row.area}`)
    const real = new Set(given.filter(({ code }) => code === row.code).map(({ kind }) => kind))
    for (const kind of row.kinds) if (!kinds.has(kind)) wrong.push(`${row.code}: there is no kind ${kind}`)
    for (const kind of real)
      if (kind !== undefined && !row.kinds.includes(kind)) wrong.push(`${row.code} is also ${kind}`)
    // One that a function of another name makes may be of any kind.
    const certain = !real.has(undefined)
    for (const kind of row.kinds) if (certain && !real.has(kind)) wrong.push(`${row.code} is never ${kind}`)
  }
  assert.deepEqual(wrong, [])
})

void test('codes are written out, so that they can be searched for', () => {
  const composed = all.filter(({ text }) => /\bcode: `|\b(?:fail\(\s*'[a-z]+',|broken\()\s*`/.test(text))
  // Only problem() does, whose codes are read above.
  assert.deepEqual(
    composed.map(({ path }) => path),
    ['daemon/config/layer.ts'],
  )
})

void test('docs/settings.md is what docs/settings.ts makes of the schemas', () => {
  const kept = readFileSync(join(root, 'docs', 'settings.md'), 'utf8')
  assert.equal(kept, settingsPage(), 'node docs/settings.ts > docs/settings.md')
})
