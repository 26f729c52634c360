// `npm start`: builds the page when it is missing or older than its sources, then becomes the daemon.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** @param {string} folder @returns {number} */
function newest(folder) {
  let time = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'dist' || entry.name === 'node_modules') continue
    const path = join(folder, entry.name)
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return time
}

export function buildPage() {
  const built = join(root, 'web', 'dist', 'index.html')
  if (existsSync(built) && statSync(built).mtimeMs >= Math.max(newest(join(root, 'web')), newest(join(root, 'api'))))
    return
  const { status } = spawnSync('vite', ['build', '--logLevel', 'warn'], { cwd: join(root, 'web'), stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

buildPage()
// Node's flags as the command line has them: cli/connect.ts says why.
const flags = ['--max-semi-space-size=8', '--disable-warning=ExperimentalWarning']
const command = [...flags, join(root, 'daemon', 'launch.mjs')]
const daemon = spawn(process.execPath, [...command, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => daemon.kill(signal))
daemon.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1))
