import { matchesGlob } from 'node:path'

/**
 * Whether something in a shared folder is left out. A pattern without a slash is about names at any depth, another about
 * paths from the shared folder down.
 */
export function ignored(patterns: readonly string[]): (path: string) => boolean {
  const names = patterns.filter((pattern) => !pattern.includes('/'))
  const paths = patterns.filter((pattern) => pattern.includes('/')).map((pattern) => pattern.replace(/^\//, ''))
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return names.some((pattern) => nameMatches(name, pattern)) || paths.some((pattern) => matchesGlob(path, pattern))
  }
}

/** The few forms that nearly all patterns have, without a glob each time; a glob does not match a dot with `*`. */
function nameMatches(name: string, pattern: string): boolean {
  if (!/[*?[\]{}!]/.test(pattern)) return name === pattern
  const [, star = '', rest = ''] = /^(\*?)([^*?[\]{}!]+)$/.exec(pattern) ?? []
  if (star === '*' && rest !== '') return name.endsWith(rest)
  const [, begin] = /^([^*?[\]{}!]+)\*$/.exec(pattern) ?? []
  if (begin !== undefined) return name.startsWith(begin)
  return matchesGlob(name, pattern)
}
