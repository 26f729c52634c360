import type { DoctorCheck } from '@kith/api/status.ts'
import type { Fault } from '@kith/core/fault/fault.ts'

/** What of this machine stops transfers, such as a disk that is full where only they go; of each its fault, or none. */
export function transferCheck(faults: readonly (Fault | undefined)[]): DoctorCheck {
  const name = 'transfers'
  const first = faults.find((fault) => fault?.kind === 'local')
  if (first === undefined) return { name, ok: true, message: 'this machine is in the way of no transfer' }
  const { message, hint } = first
  return { name, ok: false, message, ...(hint === undefined ? {} : { hint }) }
}
