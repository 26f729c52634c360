import { isAbsolute, join } from 'node:path'

/** Where everything of Kith is. */
export interface Paths {
  /** The user's; never written. */
  readonly configFile: string
  /** Database, keys, bytes of files that are not wanted. */
  readonly state: string
  readonly database: string
  /** Of what is shared; it can be made anew. */
  readonly library: string
  readonly lock: string
  readonly parts: string
  /** Files that browsers bring, to be sent. */
  readonly uploads: string
  readonly cache: string
  readonly runtime: string
  readonly socket: string
  /** Where downloads go unless a setting says otherwise. */
  readonly downloads: string
}

export interface PathSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home folder. */
  readonly userHome: string
  /** From `--home`: everything is below this folder. */
  readonly home?: string | undefined
  /** The text of `user-dirs.dirs` in the user's configuration folder, where there is one. */
  readonly userDirs?: string | undefined
}

/** `--home`, then `KITH_HOME`, then the folders that systemd made for the service, then the XDG base directories. */
export function paths(sources: PathSources): Paths {
  const { env, userHome } = sources
  const home = sources.home ?? env['KITH_HOME']
  if (home !== undefined && home !== '') {
    return from(home, join(home, 'state'), join(home, 'cache'), join(home, 'run'), join(home, 'downloads'))
  }
  const state =
    systemd(env['STATE_DIRECTORY']) ?? join(xdg(env['XDG_STATE_HOME']) ?? join(userHome, '.local/state'), 'kith')
  const config = systemd(env['CONFIGURATION_DIRECTORY']) ?? join(userConfig(sources), 'kith')
  const cache = systemd(env['CACHE_DIRECTORY']) ?? join(xdg(env['XDG_CACHE_HOME']) ?? join(userHome, '.cache'), 'kith')
  const run = xdg(env['XDG_RUNTIME_DIR'])
  const runtime = systemd(env['RUNTIME_DIRECTORY']) ?? (run === undefined ? join(state, 'run') : join(run, 'kith'))
  // A service of the system has no user whose folder it could be.
  const own = systemd(env['STATE_DIRECTORY']) !== undefined && userHome === '/'
  return from(config, state, cache, runtime, own ? join(state, 'downloads') : userDownloads(sources))
}

/** The folder of `user-dirs.dirs` and of other programs' configuration. */
export function userConfig({ env, userHome }: Pick<PathSources, 'env' | 'userHome'>): string {
  return xdg(env['XDG_CONFIG_HOME']) ?? join(userHome, '.config')
}

function from(config: string, state: string, cache: string, runtime: string, downloads: string): Paths {
  return {
    configFile: join(config, 'config.toml'),
    state,
    database: join(state, 'kith.db'),
    library: join(state, 'library.db'),
    lock: join(state, 'kith.lock'),
    parts: join(state, 'parts'),
    uploads: join(state, 'uploads'),
    cache,
    runtime,
    socket: join(runtime, 'api.sock'),
    downloads,
  }
}

/** systemd separates several with colons. */
function systemd(value: string | undefined): string | undefined {
  const [first] = value?.split(':') ?? []
  return first === '' ? undefined : first
}

/** Relative paths are to be ignored (XDG Base Directory Specification, “Basics”). */
function xdg(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined
}

function userDownloads({ env, userHome, userDirs }: PathSources): string {
  const line = /^\s*XDG_DOWNLOAD_DIR\s*=\s*"([^"]*)"/m.exec(userDirs ?? '')?.[1]
  const named = xdg(env['XDG_DOWNLOAD_DIR']) ?? xdg(line?.replace(/^\$HOME(?=\/|$)/, userHome))
  // The home folder itself is how the file says: there is none.
  return named === undefined || join(named, '.') === join(userHome, '.') ? join(userHome, 'Downloads') : named
}
