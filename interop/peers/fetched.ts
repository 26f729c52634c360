import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A program from npm that one test alone talks to: its folder has a `package.json` of its own, and it is fetched from the
 * registry the first time, so that nobody installs it who only starts Kith. Scripts of packages are not run.
 */
export function isFetched(folder: string, name: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true
  const options = ['--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--workspaces=false']
  return spawnSync('npm', ['install', ...options], { cwd: folder, stdio: 'ignore' }).status === 0
}
