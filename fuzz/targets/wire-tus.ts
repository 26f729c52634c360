import assert from 'node:assert/strict'
import { latin1, utf8 } from '@kith/wire/bytes.ts'
import { attempt } from '@kith/wire/fault.ts'
import { formatMetadata, readMetadata, readTus } from '@kith/wire/tus.ts'
import type { FuzzTarget } from '../target.ts'

const targets: readonly FuzzTarget[] = [
  {
    name: 'wire-tus',
    seeds: ['filename d29ybGQ=,isConfidential', 'a YQ==,b', '70', 'application/offset+octet-stream'].map(utf8),
    run(input) {
      const text = latin1(input)
      const read = attempt(() => readMetadata(text))
      if (read.ok) assert.deepEqual(readMetadata(formatMetadata(read.value)), read.value)
      const said = { 'tus-resumable': '1.0.0', 'content-type': 'application/offset+octet-stream' }
      const asked = attempt(() => readTus('PATCH', { ...said, 'upload-offset': text }))
      if (asked.ok) assert.ok(asked.value?.kind === 'write' && Number.isSafeInteger(asked.value.offset))
      attempt(() => readTus('POST', { ...said, 'upload-length': '1', 'upload-metadata': text }))
      attempt(() => readTus('POST', { ...said, 'x-http-method-override': text }))
    },
  },
]

export default targets
