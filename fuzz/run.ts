// `npm run fuzz [-- --seconds 60] [--seed N] [TARGET…]`: throws mutated inputs at every decoder for a while. A crasher
// is printed as base64 with its seed; put it into the seeds of its target once it is mended.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seeded } from '@kith/sim/world/time.ts'
import { mutate } from './mutate.ts'
import type { FuzzTarget } from './target.ts'

/** An input that takes longer than this is as bad as one that throws. */
const slowMs = 1_000
/** Memory that one input may leave behind, in bytes. */
const leakBytes = 512 * 1024 * 1024

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
})
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const folder = join(import.meta.dirname, 'targets')
const targets: FuzzTarget[] = []
for (const name of readdirSync(folder).sort()) {
  const module = (await import(join(folder, name))) as { default: FuzzTarget | readonly FuzzTarget[] }
  targets.push(...[module.default].flat())
}
const chosen = targets.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (chosen.length === 0) throw new Error(`no such target: ${targets.map(({ name }) => name).join(' ')}`)

let failed = 0
const share = (Number(values.seconds) * 1000) / chosen.length
for (const target of chosen) {
  const { runs, crash } = attack(target, share)
  if (crash !== undefined) failed++
  console.log(`${crash === undefined ? 'ok  ' : 'FAIL'} ${target.name}: ${runs} inputs${crash ?? ''}`)
}
console.log(`seed ${seed}: ${chosen.length - failed} targets stood, ${failed} fell`)
process.exitCode = failed === 0 ? 0 : 1

/** Milliseconds that one input takes. */
function timed(target: FuzzTarget, input: Uint8Array): number {
  const began = performance.now()
  target.run(input)
  return performance.now() - began
}

function attack(target: FuzzTarget, ms: number): { runs: number; crash?: string } {
  const random = seeded(seed)
  const end = Date.now() + ms
  let runs = 0
  let input: Uint8Array = new Uint8Array()
  const heap = process.memoryUsage().rss
  try {
    for (const one of target.seeds) target.run((input = one))
    while (Date.now() < end) {
      const base = target.seeds[Math.floor(random.number() * target.seeds.length)] ?? new Uint8Array()
      input = mutate(base, target.seeds, random)
      let took = timed(target, input)
      runs++
      // A machine that does much else may have stopped in the middle: what is slow is so every time.
      for (let again = 0; took > slowMs && again < 3; again++) took = Math.min(took, timed(target, input))
      if (took > slowMs) throw new Error(`took ${Math.round(took)} ms`)
      if ((runs & 1023) === 0 && process.memoryUsage().rss - heap > leakBytes)
        throw new Error('memory grows without bound')
    }
    return { runs }
  } catch (error) {
    const stack = error instanceof Error ? error.stack : String(error)
    return { runs, crash: `\n  input ${Buffer.from(input).toString('base64')}\n  ${stack}` }
  }
}
