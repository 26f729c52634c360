import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { problemOf } from './problem.ts'

const list = readFileSync(join(dirname(dirname(import.meta.dirname)), 'docs', 'faults.md'), 'utf8')

/** A name that others cannot have either: what was typed is wrong, not gone. */
const wrongNames: readonly string[] = ['dav/user', 'directory/rank']

test('what is not there is 404, whoever says it: the command line makes exit code 5 of it', () => {
  const rows = [
    ...list.matchAll(/^\| `([^`]+)` \| input \| (There is no such|There is no [a-z]+ (?:of that|with that))/gm),
  ]
  assert.ok(rows.length > 30, `only ${rows.length} faults of that kind were found`)
  const wrong = rows
    .map(([, code]) => code!)
    .filter((code) => !wrongNames.includes(code))
    .filter((code) => problemOf({ kind: 'input', code, message: '' }).status !== 404)
  assert.deepEqual(wrong, [])
  assert.equal(problemOf({ kind: 'input', code: 'browse/nobody', message: '' }).status, 404)
})
