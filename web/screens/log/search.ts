import type { LogLevel } from '@kith/api/journal.ts'
import { logLevels } from '@kith/api/journal.ts'

/** What of the Log screen stands in the address. */
export interface LogSearch {
  readonly level?: LogLevel
  readonly show?: 'journal'
}

export function logSearch({ level, show }: Readonly<Record<string, unknown>>): LogSearch {
  const known = logLevels.find((one) => one === level)
  return { ...(known !== undefined && { level: known }), ...(show === 'journal' && { show }) }
}
