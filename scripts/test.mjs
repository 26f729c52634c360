// `npm test`: every stage in turn, or those named on the command line. It goes on after a stage that failed, and ends
// with one line that counts everything: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process'
import { globSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const inCi = process.env.CI === 'true'
process.chdir(root)
mkdirSync('out', { recursive: true })

/** @param {...string} patterns */
const tests = (...patterns) => globSync(patterns, { exclude: (path) => /node_modules|dist/.test(path) }).sort()

/** @type {Record<string, () => Promise<Count>>} */
const stages = {
  types: () => check('tsc', []),
  lint: () => check('oxlint', ['--type-aware', '--deny-warnings']),
  format: () => check('oxfmt', ['--check', '.']),
  dead: () => check('knip', []),
  architecture: () => nodeTests(['architecture.test.ts']),
  unit: () => nodeTests(tests('{core,wire,networks,daemon,api,web,cli,docs}/**/*.test.{ts,tsx}')),
  sim: () => nodeTests(tests('sim/**/*.test.ts')),
  fuzz: () => check(process.execPath, ['fuzz/run.ts', '--seconds', inCi ? '60' : '10']),
  interop: () => nodeTests(tests('interop/**/*.test.ts'), 2),
  page: () => page(),
}

async function page() {
  const built = await check('vite', ['build', '--logLevel', 'warn'], join(root, 'web'))
  return built.failed > 0 ? built : add(built, await nodeTests(tests('web-e2e/**/*.test.ts'), 1))
}

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @param {Count} a @param {Count} b @returns {Count} */
const add = (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped })

/**
 * @param {string} command @param {string[]} args @param {string} [folder]
 * @returns {Promise<{ status: number, output: string }>}
 */
function run(command, args, folder = root) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (data) => {
      output += data
      process.stdout.write(data)
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ status: status ?? 1, output }))
  })
}

/** @param {string} command @param {string[]} args @param {string} [folder] @returns {Promise<Count>} */
async function check(command, args, folder) {
  const { status } = await run(command, args, folder)
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }
}

/** @param {string[]} files @param {number} [concurrency] @returns {Promise<Count>} */
async function nodeTests(files, concurrency = 2) {
  if (files.length === 0) return { passed: 0, failed: 1, skipped: 0 }
  const { status, output } = await run(process.execPath, [
    '--test',
    '--test-reporter=./scripts/reporter.mjs',
    `--test-concurrency=${concurrency}`,
    '--test-timeout=600000',
    ...files,
  ])
  const count = /** @param {string} name */ (name) =>
    Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(output)?.[1] ?? 0)
  const failed = count('fail')
  // In CI nothing may be skipped: a skipped test counts as failed there.
  const skipped = count('skipped')
  const broken = status !== 0 && failed === 0 ? 1 : 0
  return { passed: count('pass'), failed: failed + broken + (inCi ? skipped : 0), skipped: inCi ? 0 : skipped }
}

const names = process.argv.slice(2)
for (const name of names)
  if (!Object.hasOwn(stages, name)) throw new Error(`no stage ${name}: ${Object.keys(stages).join(' ')}`)

let total = { passed: 0, failed: 0, skipped: 0 }
for (const [name, stage] of Object.entries(stages)) {
  if (names.length > 0 && !names.includes(name)) continue
  const began = Date.now()
  const result = await stage()
  total = add(total, result)
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  console.log(`== ${name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped in ${seconds} s`)
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed === 0 ? 0 : 1
