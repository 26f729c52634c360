import type { Fault } from '@kith/core/fault/fault.ts'

/** What a fault is to a client of WebDAV (RFC 4918 11, RFC 9110 15). */
const statuses: Readonly<Record<string, number>> = {
  'dav/path': 400,
  'dav/header': 400,
  'dav/question': 400,
  'xml/malformed': 400,
  'xml/too-much': 413,
  'dav/too-long': 413,
  'dav/type': 415,
  'dav/range': 400,
  'dav/read-only': 403,
  'dav/forbidden': 403,
  'dav/not-found': 404,
  'dav/method': 405,
  'dav/exists': 405,
  'dav/no-parent': 409,
  'dav/not-locked': 409,
  'dav/precondition': 412,
  'dav/locked': 423,
  'dav/too-often': 429,
  'dav/elsewhere': 502,
  'dav/many-locks': 503,
  'dav/properties-full': 507,
  'disk/full': 507,
  'disk/denied': 403,
  'disk/name': 403,
  'disk/in-the-way': 403,
  'disk/exists': 409,
  'disk/gone': 404,
}

export function statusOf({ code, kind }: Fault): number {
  return statuses[code] ?? (kind === 'input' || kind === 'peer' ? 400 : kind === 'local' ? 500 : 503)
}
