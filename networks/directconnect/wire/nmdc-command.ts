import type { UserCommand } from './user-command.ts'

/** `$UserCommand type context title$what|` (NMDC 5.4); undefined for a kind that is not known. */
export function readCommand(rest: string): UserCommand | undefined {
  const match = /^(\d{1,3}) (\d{1,3})(?: ([^$]*)\$?(.*))?$/s.exec(rest)
  if (match === null) return undefined
  const kinds: Readonly<Record<string, UserCommand['kind']>> = {
    '0': 'separator',
    '1': 'send',
    '2': 'send',
    '255': 'clear',
  }
  const kind = kinds[match[1]!]
  const bits = Number(match[2])
  if (kind === undefined) return undefined
  return {
    kind,
    context: { hub: (bits & 1) !== 0, user: (bits & 2) !== 0, search: (bits & 4) !== 0, list: (bits & 8) !== 0 },
    path: (match[3] ?? '')
      .trim()
      .split('\\')
      .filter((part) => part !== ''),
    text: match[4] ?? '',
  }
}
