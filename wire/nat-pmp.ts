import { broken } from './fault.ts'

/**
 * NAT-PMP (RFC 6886): asks a router for its outer address, and to pass on what comes to a port of it. Requests and answers are
 * single datagrams; version 0 all through.
 */
export const NAT_PMP_PORT = 5351
const ADDRESS_BYTES = 12
const MAPPED_BYTES = 16
const ANSWER = 128

const opcodes = { udp: 1, tcp: 2 } as const
export type Mapped = keyof typeof opcodes

/** RFC 6886 3.5. */
const results: Readonly<Record<number, string>> = {
  1: 'it speaks another version',
  2: 'it does not allow that',
  3: 'it has no connection itself',
  4: 'it has no ports left',
  5: 'it does not know what that is',
}

export type NatPmpAnswer =
  | { readonly kind: 'address'; readonly host: string }
  | {
      readonly kind: Mapped
      readonly internal: number
      readonly external: number
      /** Seconds. */
      readonly lifetime: number
    }
  /** For which of the three, as `kind` names them. */
  | { readonly kind: 'refused'; readonly what: 'address' | Mapped; readonly reason: string }

export function askAddress(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0, 0)
}

/** @param lifetime in seconds; 0 ends the mapping, and `external` is then 0 as well (RFC 6886 3.4) */
export function askMapping(
  kind: Mapped,
  internal: number,
  external: number,
  lifetime: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  view.setUint8(1, opcodes[kind])
  view.setUint16(4, internal)
  view.setUint16(6, external)
  view.setUint32(8, lifetime)
  return bytes
}

/** @throws FaultError `peer` `wire/nat-pmp` */
export function parseNatPmp(bytes: Uint8Array): NatPmpAnswer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const what = bytes.length < 8 || bytes[0] !== 0 ? undefined : whats[bytes[1]! - ANSWER]
  if (what === undefined) throw nonsense()
  const result = view.getUint16(2)
  if (result !== 0) return { kind: 'refused', what, reason: results[result] ?? `it gives the code ${result}` }
  if (bytes.length < (what === 'address' ? ADDRESS_BYTES : MAPPED_BYTES)) throw nonsense()
  if (what === 'address') return { kind: 'address', host: bytes.subarray(8, 12).join('.') }
  return { kind: what, internal: view.getUint16(8), external: view.getUint16(10), lifetime: view.getUint32(12) }
}

const whats = ['address', 'udp', 'tcp'] as const

function nonsense(): Error {
  return broken('wire/nat-pmp', 'A router answers with nonsense')
}
