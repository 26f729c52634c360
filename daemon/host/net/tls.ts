import { connect, TLSSocket } from 'node:tls'
import { fail, type FaultError } from '@kith/core/fault/fault.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { endpointText, type ConnectOptions } from '@kith/core/network/net.ts'
import type { Secured, TlsConnect, TlsListen, TlsVersion, Trust } from '@kith/core/network/tls.ts'
import { equal } from '@kith/wire/bytes.ts'
import { TIMEOUT_MS } from './dial.ts'
import { systemCode } from './faults.ts'
import { fingerprintOf, type OwnIdentity } from './identity.ts'
import type { TcpConnection } from './tcp.ts'

const OLDEST: TlsVersion = 'TLSv1.2'

/**
 * Turns a connection that we dialled into one inside TLS. Whatever fails closes it.
 * @throws FaultError `peer` `net/tls`, `net/certificate`, or `gone`
 */
async function secureDialled(
  connection: TcpConnection,
  identity: OwnIdentity,
  how: TlsConnect,
  signal: AbortSignal,
): Promise<void> {
  const { trust, name, alpn, minimum = OLDEST, greeted = false } = how
  const bare = connection.unwrap(new Uint8Array())
  const both = {
    secureContext: identity.context(minimum),
    // Who the other side is we decide below, by what it has shown.
    rejectUnauthorized: false,
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  }
  const socket = greeted
    ? new TLSSocket(bare, { ...both, isServer: true, requestCert: true })
    : connect({ ...both, socket: bare, ...(name === undefined ? {} : { servername: name }) })
  await shaken(connection, socket, greeted ? 'secure' : 'secureConnect', signal)
  // Left true by Node outside of its own server, and waited for by its HTTP/2.
  if (greeted) Object.assign(socket, { secureConnecting: false })
  const secured = settled(socket)
  const refusal = distrust(trust, socket, secured)
  if (refusal !== undefined) {
    socket.destroy()
    throw fail('peer', 'net/certificate', refusal, { doing: doing(connection) })
  }
  connection.secure(socket, secured)
}

/** The same, with a limit of time. @throws FaultError as above, or `gone` `net/timeout` */
export async function secureInTime(
  clock: Clock,
  connection: TcpConnection,
  identity: OwnIdentity,
  how: TlsConnect,
  { timeoutMs = TIMEOUT_MS, signal }: Pick<ConnectOptions, 'timeoutMs' | 'signal'>,
): Promise<void> {
  const late = new AbortController()
  using _timer = clock.after(timeoutMs, () =>
    late.abort(fail('gone', 'net/timeout', 'Nobody answered in time', { doing: doing(connection) })),
  )
  const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
  await secureDialled(connection, identity, how, either)
}

/**
 * The same for one that we accepted; `head` is the beginning of the other side's greeting.
 * @throws FaultError `peer` `net/tls`, `net/certificate`, or `gone`
 */
export async function secureAccepted(
  connection: TcpConnection,
  identity: OwnIdentity,
  how: TlsListen,
  head: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const { client, alpn, minimum = OLDEST } = how
  const socket = new TLSSocket(connection.unwrap(head), {
    isServer: true,
    secureContext: identity.context(minimum),
    requestCert: client !== 'ignored',
    rejectUnauthorized: false,
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  })
  await shaken(connection, socket, 'secure', signal)
  // Left true by Node outside of its own server, and waited for by its HTTP/2.
  Object.assign(socket, { secureConnecting: false })
  const secured = settled(socket)
  if (client === 'required' && secured.fingerprint === undefined) {
    socket.destroy()
    throw fail('peer', 'net/certificate', 'The other side has shown no certificate', { doing: doing(connection) })
  }
  connection.secure(socket, secured)
}

function doing(connection: TcpConnection): string {
  return `secure the line to ${endpointText(connection.remote)}`
}

/** Waits until both sides have settled; whatever fails destroys the socket. */
function shaken(connection: TcpConnection, socket: TLSSocket, event: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let reason: unknown
    const remember = (error: unknown): void => void (reason ??= error)
    const abort = (): void => {
      remember(signal.reason)
      socket.destroy()
    }
    const lost = (): void => {
      signal.removeEventListener('abort', abort)
      reject(signal.aborted ? (signal.reason as Error) : tlsFailure(reason, doing(connection)))
    }
    // Errors come before the end that they cause; Node names those of an unfinished greeting so on the accepting side.
    socket.on('error', remember).on('_tlsError', remember).once('close', lost)
    const end = (): void => void socket.destroy()
    socket.once('end', end)
    socket.once(event, () => {
      socket.off('end', end)
      signal.removeEventListener('abort', abort)
      socket.off('close', lost)
      resolve()
    })
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

function tlsFailure(error: unknown, during: string): FaultError {
  const code = systemCode(error)
  const details = { doing: during, ...(error === undefined ? {} : { cause: error }) }
  if (code?.startsWith('ERR_SSL') !== true && code !== 'EPROTO') {
    return fail('gone', 'net/reset', 'The other side broke the connection', details)
  }
  return fail('peer', 'net/tls', `The two sides found no common way to encrypt: ${code}`, details)
}

export function settled(socket: TLSSocket): Secured {
  const shown = socket.getPeerX509Certificate()
  return {
    version: socket.getProtocol() as TlsVersion,
    ...(typeof socket.alpnProtocol === 'string' ? { alpn: socket.alpnProtocol } : {}),
    ...(shown === undefined ? {} : { fingerprint: fingerprintOf(shown.raw) }),
  }
}

/** Why we do not believe the other side, or undefined where we do. */
function distrust(trust: Trust, socket: TLSSocket, { fingerprint }: Secured): string | undefined {
  switch (trust.kind) {
    case 'anyone':
      return undefined
    case 'pinned':
      return fingerprint !== undefined && trust.fingerprints.some((one) => equal(one, fingerprint))
        ? undefined
        : 'The other side is not who it should be: its certificate has another fingerprint'
    case 'authorities':
      return socket.authorized
        ? undefined
        : `No authority vouches for the other side: ${String(socket.authorizationError)}`
  }
}
