#!/usr/bin/env node
// Starts the command line on the Node that Kith carries, whichever Node started this.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const own = join(root, 'node_modules', '.bin', 'node')
if (!existsSync(own)) {
  console.error('kith: not installed yet; run npm start (or npm ci) in the folder of Kith first')
  process.exit(1)
}
// Compiled code is kept, so that a command answers in half the time; a daemon that it starts uses the same.
process.env.NODE_COMPILE_CACHE ??= join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kith', 'compiled')
const child = spawn(own, [join(root, 'cli', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl+C reaches the whole process group; the command ends itself, and then this. Others are sent to one process alone.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (status) => process.exit(status ?? 1))
