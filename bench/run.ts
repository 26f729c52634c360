import { spawn } from 'node:child_process'
import { join } from 'node:path'

/**
 * `npm run bench -- [bittorrent|directconnect|library|neighbours|lent] [options of that bench]`: every bench in turn, or one of them. With `--keep`
 * the results go into `bench/history/` and the README; `--rounds N` says how often.
 */
const benches = ['bittorrent', 'directconnect', 'library', 'neighbours', 'lent'] as const

const given = process.argv.slice(2)
const one = benches.find((name) => name === given[0])
let failed = false
for (const name of one === undefined ? benches : [one]) {
  console.log(`== ${name}`)
  const args = [join(import.meta.dirname, `${name}.ts`), ...(one === undefined ? given : given.slice(1))]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  // One that fails keeps no other from being measured.
  if (status !== 0) failed = true
}
process.exitCode = failed ? 1 : 0
