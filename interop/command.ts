import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Kith } from './kith.ts'

/** Runs the command line against a daemon; gives what it prints. */
export async function command(kith: Kith, ...words: readonly string[]): Promise<string> {
  const path = join(dirname(import.meta.dirname), 'cli', 'kith.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [path, '--home', kith.home, ...words], {
    env: { ...process.env, KITH_HOME: undefined },
  })
  return stdout
}

/** The same, where it prints one JSON value a line. */
export async function lines(kith: Kith, ...words: readonly string[]): Promise<readonly unknown[]> {
  const text = await command(kith, '--json', ...words)
  return text
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line))
}
