import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { harmless, output } from './output.ts'

test('what a terminal would obey is not passed on, our colours are', () => {
  assert.equal(
    harmless('a\x1b]0;title\x07b\x1b[2Jc\rd\x9b1mé 😀\n\te'),
    'a\ufffd]0;title\ufffdb\ufffd[2Jc\ufffdd\ufffd1mé 😀\n\te',
  )
  assert.equal(harmless('\x1b[1mbold\x1b[22m, then plain'), '\x1b[1mbold\x1b[22m, then plain')
  assert.equal(harmless('a stranger paints \x1b[31mred'), 'a stranger paints \x1b[31mred\x1b[0m')
})

test('a name goes to a terminal harmless, and to a pipe as it is', () => {
  const written = (isTTY: boolean): string => {
    const stream = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream
    output({ json: false, stream }).item({ name: 'x\x1b[2J.txt' }, ({ name }) => name)
    return String(stream.read())
  }
  assert.equal(written(true), 'x\ufffd[2J.txt\n')
  assert.equal(written(false), 'x\x1b[2J.txt\n')
})
