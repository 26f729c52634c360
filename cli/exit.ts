import { ProblemError, UnreachableError } from '@kith/api/client.ts'

/** What the command tells the shell. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, noDaemon: 3, refused: 4, notFound: 5 } as const

/** The caller asked nonsense that the command line itself noticed. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Something did not work, told in one sentence. */
export class FailedError extends Error {
  override name = 'FailedError'
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage
  if (error instanceof UnreachableError) return exitCodes.noDaemon
  if (!(error instanceof ProblemError)) return exitCodes.failed
  const { status } = error.problem
  if (status === 401 || status === 403) return exitCodes.refused
  if (status === 404) return exitCodes.notFound
  return exitCodes.failed
}
