import { concat } from '@kith/wire/bytes.ts'

/** The name of a call: nobody else can take it. */
export const CALL_BYTES = 16

/** Cuts what comes on a waiting line into the names of calls. */
export function callSplitter(): (bytes: Uint8Array) => readonly string[] {
  let rest: Uint8Array = new Uint8Array()
  return (bytes) => {
    const all = concat([rest, bytes])
    const names: string[] = []
    let at = 0
    for (; at + CALL_BYTES <= all.length; at += CALL_BYTES) names.push(all.subarray(at, at + CALL_BYTES).toHex())
    rest = all.subarray(at)
    return names
  }
}
