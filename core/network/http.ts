import type { Budget } from '../limits/budget.ts'
import type { Endpoint } from './net.ts'
import type { Secured } from './tls.ts'

export interface HttpRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** A stream can be sent once: a redirect that wants it again is a fault. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
  readonly budget?: Budget
  /**
   * Whom to believe where the address is https: somebody whom an authority vouches for, the default; anyone, for
   * printers that sign their certificates themselves; or who has the certificate with this fingerprint (SHA-256), before
   * whom nothing is said.
   */
  readonly trust?: 'authorities' | 'anyone' | { readonly pinned: Uint8Array }
  /** Followed at most this often; the default is 5. A circle is a fault. */
  readonly redirects?: number
  /** From the last of the request until the headers are there, and between two parts of either body; the default is 30,000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

export interface HttpResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the redirects ended. */
  readonly url: string
  /** Each part belongs to the reader. Not reading is back-pressure; leaving the loop closes the connection. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface HttpQuestion {
  readonly method: string
  /** Path and query as they stood in the request line. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly remote: Endpoint
  readonly secured?: Secured
  /**
   * What was sent with it, once; empty where the listener takes no bodies. Each part belongs to the reader. Not reading
   * is back-pressure.
   */
  readonly body: AsyncIterable<Uint8Array>
  /** Aborts when whoever asked is gone before the answer is. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** A stream is sent in chunks, unless a `content-length` among the headers says how long it is. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>
}

export interface HttpListen {
  readonly port: number
  readonly host?: string
  /** Whether requests may bring bodies; otherwise they are refused before anybody is asked. */
  readonly bodies?: boolean
  /** How long a connection may be silent before a request, and between two; the default is 15,000. */
  readonly idleMs?: number
  /** Speaks only inside TLS, under the identity of `Http.fingerprint`. */
  readonly tls?: boolean
}

export interface HttpListener extends AsyncDisposable {
  readonly local: Endpoint
}

/** HTTP and HTTPS, both sides, metered like every socket. */
export interface Http {
  /**
   * SHA-256 of the certificate that is shown where we listen inside TLS. Its key is one that browsers and phones accept: the
   * network's own where that is of such a kind, otherwise another of its own.
   */
  readonly fingerprint: Uint8Array
  /** @throws FaultError `gone`, `unavailable` or `peer` */
  request(request: HttpRequest): Promise<HttpResponse>
  listen(at: HttpListen, answer: (question: HttpQuestion) => HttpAnswer | Promise<HttpAnswer>): Promise<HttpListener>
}

/** The whole body, or `tooLong` thrown beyond `limit` bytes. */
export async function readBody(
  response: Pick<HttpResponse, 'body'>,
  limit: number,
  tooLong: () => Error,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body) {
    length += part.length
    if (length > limit) throw tooLong()
    parts.push(part)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
