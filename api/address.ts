/** What of the environment decides where a daemon is. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>
  /** The user's home folder. */
  readonly home: string
  /** The numeric user id, where there is one. */
  readonly user: number | undefined
}

/**
 * The unix socket of the daemon of this user, or of the one that lives in `folder`. It is the one address that the
 * daemon and its faces have to agree on without asking each other.
 */
export function socketPath({ variables, home, user }: Surroundings, folder?: string): string {
  const own = folder ?? variables['KITH_HOME']
  if (own !== undefined) return `${own}/run/api.sock`
  const runtime = variables['RUNTIME_DIRECTORY']?.split(':')[0]
  if (runtime !== undefined) return `${runtime}/api.sock`
  const xdg = variables['XDG_RUNTIME_DIR']
  if (xdg !== undefined && xdg !== '') return `${xdg}/kith/api.sock`
  if (user === 0) return '/run/kith/api.sock'
  return `${variables['XDG_STATE_HOME'] || `${home}/.local/state`}/kith/run/api.sock`
}
