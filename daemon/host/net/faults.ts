import { fail, faultOf, type Fault, type FaultError, type FaultKind } from '@kith/core/fault/fault.ts'

type Known = { readonly kind: FaultKind; readonly code: string; readonly message: string; readonly hint?: string }

const gone = (code: string, message: string): Known => ({ kind: 'gone', code, message })
const local = (code: string, message: string, hint: string): Known => ({ kind: 'local', code, message, hint })

const unreachable = gone('net/unreachable', 'There is no way to that address')
const reset = gone('net/reset', 'The other side broke the connection')
const forbidden = local(
  'net/forbidden',
  'The system does not allow that connection or port',
  'Choose a port above 1023, or let the firewall pass',
)
const openFiles = local(
  'net/too-many-files',
  'This machine has no more sockets to give',
  'Raise the limit of open files, or lower the number of connections',
)
const address = local(
  'net/no-such-address',
  'This machine does not have the address that is to be bound',
  'Choose another bind address',
)

const known: Readonly<Record<string, Known>> = {
  ECONNREFUSED: gone('net/refused', 'Nobody listens at that address'),
  ETIMEDOUT: gone('net/timeout', 'Nobody answered in time'),
  ECONNRESET: reset,
  EPIPE: reset,
  ECONNABORTED: reset,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  EAFNOSUPPORT: unreachable,
  EINVAL: unreachable,
  EACCES: forbidden,
  EPERM: forbidden,
  EADDRINUSE: local(
    'net/port-taken',
    'Another program uses that port',
    'Choose another port, or end the other program',
  ),
  EMFILE: openFiles,
  ENFILE: openFiles,
  ENOBUFS: openFiles,
}

/** The system's code, such as `ECONNREFUSED`, of anything that was caught. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** What an error of a socket means to us. `doing` is for example `connect to 192.0.2.1:6881`. */
export function netFault(error: unknown, doing: string): Fault {
  const code = systemCode(error)
  if (code === undefined) return faultOf(error, doing)
  const binding = doing.startsWith('listen') && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')
  const found = binding ? address : (known[code] ?? gone('net/failed', `The connection failed: ${code}`))
  return { ...found, doing, cause: error }
}

export function netFailure(error: unknown, doing: string): FaultError {
  const { kind, code, message, ...details } = netFault(error, doing)
  return fail(kind, code, message, details)
}
