import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { bunzip2 } from '@kith/wire/bzip2/decode.ts'
import { bzip2 } from '@kith/wire/bzip2/encode.ts'
import { bytesFrom } from '../material.ts'
import { needs } from '../peers/process.ts'

const xml = Buffer.from(
  Array.from({ length: 20_000 }, (_, at) => `<File Name="file ${at}.bin" Size="${at * 7919}"/>\r\n`).join(''),
)
const samples: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', new Uint8Array()],
  ['a byte', Uint8Array.of(7)],
  ['zeros', new Uint8Array(1_200_000)],
  ['a list', xml],
  ['noise', bytesFrom('noise', 1_000_001)],
]

test('Debian’s bzip2 reads what we write, and we read what it writes', { timeout: 300_000 }, (t) => {
  if (!needs(t, 'bzip2')) return
  for (const [name, bytes] of samples) {
    const encoder = bzip2()
    const ours = Buffer.concat([...encoder.push(bytes), ...encoder.end()])
    const theirs = execFileSync('bzip2', ['-dc'], { input: ours, maxBuffer: 2 ** 26 })
    assert.ok(theirs.equals(bytes), `${name}: bzip2 reads other bytes`)
    for (const level of ['-1', '-9']) {
      const written = execFileSync('bzip2', ['-c', level], { input: bytes, maxBuffer: 2 ** 26 })
      const decoder = bunzip2()
      const back = Buffer.concat([...decoder.push(written), ...decoder.end()])
      assert.ok(back.equals(bytes), `${name} ${level}: we read other bytes`)
    }
  }
})
