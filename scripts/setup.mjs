// Brings a checkout to where everything runs: npm's packages (Node 26 among them) and, with --debian, the Debian
// packages that the tests talk to. Plain JavaScript without dependencies: the machine's own Node, 20 or later, runs it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** @param {string} command @param {string[]} args @param {Record<string, string>} [environment] */
function run(command, args, environment = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  })
  if (error !== undefined) throw error
  return status === 0
}

function packagesAreInstalled() {
  const stamp = join(root, 'node_modules', '.kith-setup')
  const lock = join(root, 'package-lock.json')
  return existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs
}

function installPackages() {
  if (packagesAreInstalled()) return
  console.log('kith: installing packages (once)')
  // --include=optional: Node itself comes as an optional package, one per platform.
  if (!run('npm', ['ci', '--no-audit', '--no-fund', '--include=optional', '--include=dev'])) process.exit(1)
  const stamp = join(root, 'node_modules', '.kith-setup')
  writeFileSync(stamp, '')
  const now = new Date()
  utimesSync(stamp, now, now)
}

/** @param {string} name */
function isInstalled(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' })
  return stdout === 'installed'
}

function installDebianPackages() {
  if (!existsSync('/etc/debian_version')) return
  const wanted = readFileSync(join(root, 'interop', 'debian-packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
  const missing = wanted.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    console.log(
      `kith: not root, so these Debian packages are not installed and what needs them is skipped: ${missing.join(' ')}`,
    )
    return
  }
  console.log(`kith: installing Debian packages: ${missing.join(' ')}`)
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  // Services of these packages are not wanted: the tests start programs of their own.
  const policy = '/usr/sbin/policy-rc.d'
  const ours = !existsSync(policy)
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    run('apt-get', ['update', '-qq'], quiet)
    if (!run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], quiet)) {
      console.log('kith: some Debian packages could not be installed; what needs them is skipped')
    }
  } finally {
    if (ours) run('rm', ['-f', policy])
  }
}

installPackages()
if (process.argv.includes('--debian')) installDebianPackages()
