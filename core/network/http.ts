import type { Budget } from '../limits/budget.ts'
import type { Endpoint } from './net.ts'

export interface HttpRequest {
  readonly url: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly budget?: Budget
  /** Followed at most this often; the default is 5. A circle is a fault. */
  readonly redirects?: number
  /** Until the headers are there, and between two parts of the body; the default is 30,000. */
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
}

export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface HttpListener extends AsyncDisposable {
  readonly local: Endpoint
}

/** HTTP and HTTPS, both sides, metered like every socket. */
export interface Http {
  /** @throws FaultError `gone`, `unavailable` or `peer` */
  request(request: HttpRequest): Promise<HttpResponse>
  listen(
    at: { readonly port: number; readonly host?: string },
    answer: (question: HttpQuestion) => HttpAnswer | Promise<HttpAnswer>,
  ): Promise<HttpListener>
}

/** The whole body, or `tooLong` thrown beyond `limit` bytes. */
export async function readBody(response: HttpResponse, limit: number, tooLong: () => Error): Promise<Uint8Array> {
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
