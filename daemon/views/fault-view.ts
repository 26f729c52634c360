import type { FaultView } from '@kith/api/fault.ts'
import type { Fault } from '@kith/core/fault/fault.ts'

export function faultView({ code, kind, message, hint, retryAt }: Fault): FaultView {
  return {
    code,
    kind,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAt === undefined ? {} : { retryAt }),
  }
}
