import type { Problem } from '@kith/api/fault.ts'
import type { Fault } from '@kith/core/fault/fault.ts'

/** What was named is not there: `docs/faults.md` says “there is no such” of each. */
const notThere: readonly string[] = [
  'api/not-found',
  'browse/no-path',
  'browse/nobody',
  'browse/unknown',
  'config/unknown-key',
  'directconnect/no-hub',
  'directconnect/no-room',
  'directory/no-exclusion',
  'directory/no-registration',
  'directory/no-visitor',
  'disk/no-such-path',
  'find/no-row',
  'find/unknown',
  'internet/unknown',
  'library/network',
  'library/no-file',
  'library/no-folder',
  'library/unknown-file',
  'library/unknown-folder',
  'library/unknown-reading',
  'near/no-delivery',
  'near/no-files',
  'near/no-gift',
  'near/no-invitation',
  'near/unknown',
  'neighbours/no-delivery',
  'neighbours/no-game',
  'neighbours/no-gift',
  'neighbours/no-invitation',
  'neighbours/no-loan',
  'neighbours/no-print-job',
  'neighbours/no-printer',
  'neighbours/no-segment',
  'neighbours/unknown',
  'network/unknown',
  'play/unknown',
  'print/unknown',
  'print/unknown-job',
  'publication/unknown',
  'room/unknown',
  'segment/unknown',
  'token/unknown',
  'transfer/no-file',
  'transfer/unknown',
  'upload/unknown',
  'visit/unknown',
]

const statusOfCode: Readonly<Record<string, number>> = {
  'api/unauthorized': 401,
  'api/forbidden': 403,
  'api/host': 403,
  'api/origin': 403,
  ...Object.fromEntries(notThere.map((code) => [code, 404])),
  'visit/ask': 403,
  'visit/refused': 403,
  'visit/too-many': 429,
  'visit/too-often': 429,
  'upload/too-many': 429,
  'upload/too-much': 413,
  'upload/offset': 409,
  'upload/forgotten': 410,
  'tus/version': 412,
  'upload/size': 413,
  'tus/type': 415,
  'tus/header': 400,
  'upload/busy': 423,
  'upload/space': 507,
  'api/too-long': 413,
  'api/too-often': 429,
  'config/pinned': 409,
}

const statusOfKind: Readonly<Record<Fault['kind'], number>> = {
  input: 400,
  unavailable: 503,
  local: 500,
  peer: 502,
  gone: 502,
}

const titles: Readonly<Record<Fault['kind'], string>> = {
  input: 'The request is not right',
  unavailable: 'Not possible at this moment',
  local: 'This machine is in the way',
  peer: 'The other side broke the protocol',
  gone: 'The connection ended',
}

/** A fault as problem details of RFC 9457. */
export function problemOf(fault: Fault, field?: string): Problem {
  return {
    type: `https://kith.invalid/faults#${fault.code}`,
    title: titles[fault.kind],
    status: statusOfCode[fault.code] ?? statusOfKind[fault.kind],
    detail: fault.message,
    code: fault.code,
    kind: fault.kind,
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
    ...(fault.doing === undefined ? {} : { doing: fault.doing }),
    ...(fault.retryAt === undefined ? {} : { retryAt: fault.retryAt }),
    ...(field === undefined ? {} : { field }),
  }
}

export function problemResponse(problem: Problem): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
}
