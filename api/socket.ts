// For Node only: the page never imports this.
import { request } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'

/** `fetch` over a unix socket, as far as the client needs it. */
export function fetchOver(socketPath: string): typeof fetch {
  return (input, init) =>
    new Promise((resolve, reject) => {
      const url = new URL(input as string)
      const headers = Object.fromEntries(new Headers(init?.headers).entries())
      const signal = init?.signal ?? undefined
      const sent = request(
        {
          socketPath,
          // A connection that was kept may be closed by the daemon just as it is used again; a new one costs next to nothing here.
          agent: false,
          path: url.pathname + url.search,
          method: init?.method ?? 'GET',
          headers: { ...headers, host: 'localhost' },
          ...(signal === undefined ? {} : { signal }),
        },
        (answer) => {
          const status = answer.statusCode!
          const empty = status === 204
          if (empty) answer.resume()
          const body = empty ? null : (Readable.toWeb(answer) as unknown as ReadableStream<Uint8Array>)
          resolve(new Response(body, { status, headers: { 'content-type': answer.headers['content-type'] ?? '' } }))
        },
      )
      sent.on('error', reject)
      const body = init?.body
      const stream = body instanceof Blob ? body.stream() : body
      if (stream instanceof ReadableStream) pipeline(Readable.fromWeb(stream as NodeStream), sent, () => {})
      else sent.end(stream ?? undefined)
    })
}
