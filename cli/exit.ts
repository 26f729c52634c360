import { ProblemError, UnreachableError } from '@kith/api/client.ts'

/** What the command tells the shell. Ctrl+C is told as shells tell it: 128 and the number of SIGINT. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, noDaemon: 3, refused: 4, notFound: 5, interrupted: 130 } as const

/** The caller asked nonsense that the command line itself noticed. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Something did not work, told in one sentence. */
export class FailedError extends Error {
  override name = 'FailedError'
}

/** What the daemon says of a thing that failed, with what helps against it. */
export function failure(
  fault: { readonly message: string; readonly hint?: string | undefined } | undefined,
  otherwise: string,
): FailedError {
  if (fault === undefined) return new FailedError(otherwise)
  return new FailedError(fault.hint === undefined ? fault.message : `${fault.message}\n${fault.hint}`)
}

/** What was named is not there. */
export class NotFoundError extends Error {
  override name = 'NotFoundError'
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage
  if (error instanceof NotFoundError) return exitCodes.notFound
  if (error instanceof UnreachableError) return exitCodes.noDaemon
  if (!(error instanceof ProblemError)) return exitCodes.failed
  const { status, code } = error.problem
  if (code === 'api/invalid') return exitCodes.usage
  if (status === 401 || status === 403) return exitCodes.refused
  if (status === 404) return exitCodes.notFound
  return exitCodes.failed
}
