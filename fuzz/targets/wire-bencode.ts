import assert from 'node:assert/strict'
import { attempt } from '@kith/wire/fault.ts'
import { BencodeDict, BencodeList, decode, encode } from '@kith/wire/bencode.ts'
import type { Bencoded, Encodable } from '@kith/wire/bencode.ts'
import { equal, utf8 } from '@kith/wire/bytes.ts'
import type { FuzzTarget } from '../target.ts'

function rebuild(value: Bencoded): Encodable {
  if (value instanceof BencodeList) return [...value].map(rebuild)
  if (value instanceof BencodeDict) return new Map([...value].map(([key, value]) => [key, rebuild(value)]))
  return value
}

const target: FuzzTarget = {
  name: 'wire-bencode',
  seeds: [
    'd8:announce18:http://tracker/ann4:infod6:lengthi12e4:name1:a12:piece lengthi16384e6:pieces0:ee',
    'd1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe',
    'li-1ei9223372036854775807elleldee99999999999:',
    'd1:bi1e1:ai2ee',
  ].map(utf8),
  run(input) {
    const strict = attempt(() => rebuild(decode(input)))
    if (strict.ok) assert.ok(equal(encode(strict.value), input))
    attempt(() => rebuild(decode(input, { unsortedKeys: true })))
  },
}

export default target
