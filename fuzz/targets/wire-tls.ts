import { attempt } from '@kith/wire/fault.ts'
import { MOST_HEAD_BYTES, readClientHello } from '@kith/wire/tls/client-hello.ts'
import type { FuzzTarget } from '../target.ts'

const greeting = Uint8Array.fromHex(
  '1603010049010000450303' +
    '00'.repeat(32) +
    '00000213010100' +
    '001a002b00030203040010000f000d026832046b69746803612f31',
)

const clientHello: FuzzTarget = {
  name: 'wire-tls-client-hello',
  seeds: [greeting, greeting.subarray(0, 40), Uint8Array.fromHex('160303000101160303000100')],
  run(input) {
    const read = attempt(() => readClientHello(input))
    if (!read.ok && read.fault.code !== 'tls/hello') throw new Error(`another fault: ${read.fault.code}`)
    if (!read.ok || read.value === undefined) return
    for (let length = 0; length < Math.min(input.length, MOST_HEAD_BYTES); length += 7) {
      const early = attempt(() => readClientHello(input.subarray(0, length)))
      if (!early.ok) throw new Error('what is fine as a whole is refused in parts')
    }
  },
}

const targets: readonly FuzzTarget[] = [clientHello]
export default targets
