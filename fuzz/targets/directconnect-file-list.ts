import assert from 'node:assert/strict'
import { fileListReader } from '@kith/directconnect/wire/file-list.ts'
import { utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import type { FuzzTarget } from '../target.ts'

function read(bytes: Uint8Array, step: number): unknown[] {
  const reader = fileListReader()
  const out: unknown[] = []
  for (let at = 0; at < bytes.length; at += step) out.push(...reader.push(bytes.subarray(at, at + step)))
  reader.end()
  return out
}

const file = '<File Name="a &amp; b.bin" Size="123" TTH="LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ"/>'

const target: FuzzTarget = {
  name: 'directconnect-file-list',
  seeds: [
    `<?xml version="1.0"?><FileListing Version="1" Base="/"><Directory Name="s">${file}</Directory></FileListing>`,
    `<FileListing><Directory Name='x>y'><Directory Name=".."/>${file}</Directory><!-- --></FileListing>`,
  ].map(utf8),
  run(input) {
    const whole = attempt(() => read(input, Math.max(1, input.length)))
    const parts = attempt(() => read(input, 3))
    assert.equal(whole.ok, parts.ok)
    if (whole.ok && parts.ok) assert.deepEqual(whole.value, parts.value)
  },
}

export default target
