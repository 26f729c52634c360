import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import english from './en.json' with { type: 'json' }
import { hasText, t } from './t.ts'

const web = join(import.meta.dirname, '..')
const sources = globSync('**/*.{ts,tsx}', { cwd: web, exclude: (path) => /node_modules|dist|^dev\b/.test(path) })
  .filter((path) => !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(web, path), 'utf8'))
const stems = new Set(Object.keys(english).map((key) => key.replace(/\.(one|other)$/, '')))

/** Texts in quotes, and the fixed beginnings of those that are put together. */
const quoted = new Set(sources.flatMap((text) => [...text.matchAll(/'([\w./]+)'/g)].map(([, word]) => word!)))
const beginnings = sources.flatMap((text) => [...text.matchAll(/`([\w]+\.[\w./]*)\$\{/g)].map(([, word]) => word!))

test('every key that the page asks for has a text', () => {
  const asked = sources.flatMap((text) => [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key!))
  assert.ok(asked.length > 100)
  assert.deepEqual(
    asked.filter((key) => !stems.has(key)),
    [],
  )
})

test('no text is there that nobody asks for', () => {
  assert.deepEqual(
    [...stems].filter((key) => !quoted.has(key) && !beginnings.some((beginning) => key.startsWith(beginning))),
    [],
  )
})

test('every plural has both of its forms', () => {
  for (const key of Object.keys(english)) {
    if (key.endsWith('.one')) assert.ok(key.replace(/one$/, 'other') in english, key)
    if (key.endsWith('.other')) assert.ok(key.replace(/other$/, 'one') in english, key)
  }
})

test('values are put in, and counts choose the form', () => {
  assert.equal(t('bulk.all', { count: 12_345 }), 'Choose all 12,345')
  assert.equal(t('toast.removed', { count: 1, name: 'A' }), 'A was removed')
  assert.equal(t('toast.removed', { count: 2, name: 'A' }), '2 transfers were removed')
  assert.equal(t('live.finished'), '{name} is complete')
})

test('keys that come from the daemon may have no text', () => {
  assert.ok(hasText('network.bittorrent'))
  assert.ok(hasText('toast.removed'))
  assert.ok(!hasText('network.nonesuch'))
  assert.ok(!hasText('toString'))
})
