import { Buffer } from 'node:buffer'

const { copy } = Buffer.prototype

/**
 * Copies `from[start, end)` to `to` at `at`, which has room for it. Where `to` is shared memory, `set` copies word by
 * word with the order of memory in mind and takes three times as long; nobody else may look at these bytes meanwhile,
 * so the plain copy is right.
 */
export function copyBytes(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  copy.call(from, to, at, start, end)
}
