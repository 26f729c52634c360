import { fail, FaultError } from '@kith/core/fault/fault.ts'
import { netFailure, systemCode } from '../net/faults.ts'

/** What went wrong in an HTTP exchange, from what Node says. `doing` is for example `get http://host/path`. */
export function httpFailure(error: unknown, doing: string): FaultError {
  if (error instanceof FaultError) return error
  const code = systemCode(error) ?? ''
  const details = { doing, cause: error }
  if (code === 'HPE_HEADER_OVERFLOW') return fail('peer', 'http/headers-too-long', 'The headers are too long', details)
  if (code.startsWith('HPE_')) return fail('peer', 'http/garbage', 'The answer is not HTTP', details)
  if (/^ERR_INVALID_(CHAR|HTTP_TOKEN)|^ERR_UNESCAPED_CHARACTERS|^ERR_METHOD_/.test(code)) {
    return fail('input', 'http/request', 'That request cannot be written as HTTP', details)
  }
  if (/CERT|SIGNATURE|ERR_TLS_|UNABLE_TO_/.test(code)) {
    return fail('unavailable', 'http/certificate', 'The certificate of the other side is not to be trusted', details)
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return fail('peer', 'http/tls', 'The other side does not speak TLS as it should', details)
  }
  return netFailure(error, doing)
}
