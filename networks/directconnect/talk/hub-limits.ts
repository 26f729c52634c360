import type { Fault } from '@kith/core/fault/fault.ts'

/** A hub that is silent for so long is asked for a sign of life by an empty line. */
export const keepAliveMs = 120_000
/** We are logged in by then, or look elsewhere. */
export const loginMs = 60_000
/** Users of one hub; the largest there are have some ten thousand. */
export const mostUsers = 200_000

export const notLetIn: Fault = {
  kind: 'gone',
  code: 'directconnect/login-timeout',
  message: 'The hub did not let us in in time',
}

/** `protocol` as addresses begin. */
export function passwordNeeded(protocol: 'adc' | 'dchub'): Fault {
  return {
    kind: 'input',
    code: 'directconnect/password-needed',
    message: 'The hub asks for a password',
    hint: `Add the hub as ${protocol}://nick:password@host:port.`,
  }
}
