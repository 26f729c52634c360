import { fail, FaultError } from '@kith/core/fault/fault.ts'
import type { Fault, FaultKind } from '@kith/core/fault/fault.ts'

/**
 * What every decoder of ours throws at bytes that break its format. The kind is `peer`, for bytes mostly come
 * from one; `attempt` changes it where they came from the user.
 */
export function broken(code: string, message: string): FaultError {
  return fail('peer', code, message)
}

export type Attempt<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: Fault }

/**
 * Runs a decoder and gives its fault as data, under another kind if one is named. Anything but a fault is a bug
 * and is thrown on.
 */
export function attempt<Value>(decode: () => Value, kind?: FaultKind): Attempt<Value> {
  try {
    return { ok: true, value: decode() }
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    return { ok: false, fault: kind === undefined ? error.fault : { ...error.fault, kind } }
  }
}
