import type { IncomingHttpHeaders } from 'node:http'

/** Each name once, as RFC 9110 5.3 allows to join them. */
export function flatHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const out: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) out[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return out
}
