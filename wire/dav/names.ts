import { broken } from '../fault.ts'

/** Longer paths no system holds. */
const LONGEST_PATH = 8_192
const MOST_PARTS = 256
/** Longest name that file systems hold, in bytes. */
const LONGEST_NAME_BYTES = 255

/** Where a question goes: the names from the root down, and whether it ended in a slash. */
export interface DavPath {
  readonly names: readonly string[]
  readonly slash: boolean
}

/**
 * The path of a request target (`/a/b%20c?x`, or a whole URL), read strictly: whatever could lead elsewhere on any system
 * is refused, not mended.
 * @throws FaultError `peer` `dav/path`
 */
export function parseDavPath(target: string): DavPath {
  const path = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '')
  if (!path.startsWith('/') || path.length > LONGEST_PATH) throw wrong()
  const raw = path.split('/').filter((part) => part !== '')
  if (raw.length > MOST_PARTS) throw wrong()
  return { names: raw.map(nameIn), slash: path.endsWith('/') }
}

function nameIn(raw: string): string {
  let name: string
  try {
    name = decodeURIComponent(raw)
  } catch {
    throw wrong()
  }
  const leadsElsewhere = name === '.' || name === '..' || /[/\\\p{Cc}]/u.test(name)
  if (leadsElsewhere || new TextEncoder().encode(name).length > LONGEST_NAME_BYTES) throw wrong()
  return name
}

/** The host that a whole URL names, in lower case; undefined for a path alone. */
export function hostIn(target: string): string | undefined {
  return /^https?:\/\/([^/?#]*)/i.exec(target)?.[1]?.toLowerCase()
}

/** A path as it stands in an answer. */
export function formatDavPath(names: readonly string[], folder: boolean): string {
  const path = names.map((name) => `/${encodeURIComponent(name.toWellFormed())}`).join('')
  return folder ? `${path}/` : path
}

function wrong(): Error {
  return broken('dav/path', 'This path leads nowhere')
}
