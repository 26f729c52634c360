// The daemon: reads where everything is, takes the lock, builds the world, and waits for a signal.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeHome } from '@kith/api/home.ts'
import type { Fault } from '@kith/core/fault/fault.ts'
import { fail, FaultError } from '@kith/core/fault/fault.ts'
import { Config } from './config/config.ts'
import { parseLevels } from './config/levels.ts'
import * as settings from './config/settings.ts'
import { systemClock } from './host/clock.ts'
import { openDatabase } from './host/database/open.ts'
import { settingStore } from './host/database/settings.ts'
import { takeLock } from './host/lock.ts'
import { startKith } from './kith.ts'
import type { LogLevels } from './log.ts'
import { openLog } from './log.ts'
import { networks } from './networks.ts'
import { paths as pathsFrom, userConfig } from './paths.ts'
import { programVersion } from './program.ts'
import { notifier } from './service/notify.ts'

/** The daemon ends within this long after it was asked to, whatever hangs, in milliseconds. */
const stopMs = 20_000

const options = {
  home: { type: 'string' },
  set: { type: 'string', multiple: true },
  log: { type: 'string' },
  paths: { type: 'boolean' },
  json: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const
const usage = 'kith daemon [--home DIR] [--set group.field=value]… [--log part=level,…] [--paths] [--version]\n'
/** What the command line says too, when it was called in a way that it does not know. */
const usageStatus = 2

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

/** The text of a file, or undefined when there is none. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function flags(values: Values): [string, string][] {
  return (values.set ?? []).map((text) => {
    const equals = text.indexOf('=')
    return equals < 0 ? [text, 'true'] : [text.slice(0, equals), text.slice(equals + 1)]
  })
}

function levelsOf(values: Values, of: settings.LogSettings): LogLevels {
  const given = parseLevels([...of.names, ...(values.log?.split(',') ?? [])])
  return { level: of.level, names: given.names, redact: of.redact }
}

async function run(values: Values): Promise<number> {
  const { env } = process
  const userHome = homedir()
  const userDirs = textOf(join(userConfig({ env, userHome }), 'user-dirs.dirs'))
  const paths = pathsFrom({ env, userHome, home: values.home, userDirs })
  if (values.help === true) return print(usage)
  if (values.version === true) return print(`${programVersion}\n`)
  if (values.paths === true) {
    const rows = Object.entries(paths).map(([name, path]) => `${name.padEnd(12)}${path}`)
    return print(`${values.json === true ? JSON.stringify(paths, undefined, 2) : rows.join('\n')}\n`)
  }

  const clock = systemClock()
  for (const folder of [paths.state, paths.runtime]) {
    const trouble = await makeHome(folder)
    if (trouble !== undefined) throw fail('local', 'daemon/home', trouble.message, { hint: trouble.hint })
  }
  using lock = takeLock(paths.lock)
  const form = env['JOURNAL_STREAM'] === undefined ? (process.stdout.isTTY ? 'pretty' : 'json') : 'journal'
  const log = openLog({
    now: () => clock.now(),
    out: process.stdout,
    form,
    level: 'info',
    names: new Map(),
    redact: false,
  })
  using database = openDatabase(paths.database, { clock, log: log.child('database') })
  const config = new Config({
    groups: [
      ...settings.groups,
      ...networks.map((network) => ({ name: network.id, title: network.title, schema: network.settings })),
    ],
    store: settingStore(database),
    file: () => textOf(paths.configFile),
    fileLabel: paths.configFile,
    env,
    readText: (path) => readFileSync(path, 'utf8'),
    flags: flags(values),
  })
  const logSettings = config.of('log', settings.log)
  log.configure(levelsOf(values, logSettings.current))
  using _levels = logSettings.watch((next) => log.configure(levelsOf(values, next)))
  for (const problem of config.problems.current)
    log.warn('a setting is not understood', { message: problem.message, hint: problem.hint })

  const notify = notifier(env)
  const asked = Promise.withResolvers<void>()
  await using kith = await startKith({ clock, log, paths, config, database, stop: () => asked.resolve() })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => asked.resolve())
  process.on('SIGHUP', () => {
    notify.reloading()
    config.reload()
    log.info('settings were read again')
    notify.ready()
  })
  notify.ready()
  log.info('Kith is up', { version: programVersion, ...(kith.url === undefined ? {} : { page: kith.url }) })
  if (kith.url !== undefined && process.env['KITH_QUIET'] === undefined)
    process.stderr.write(`\n  Open Kith: ${kith.link()}\n\n`)
  await asked.promise
  lock.ending()
  notify.stopping()
  log.info('Kith is stopping')
  setTimeout(() => {
    log.error('something did not end in time')
    database.flush()
    process.exit(1)
  }, stopMs).unref()
  return 0
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** What went wrong, at what, and what helps. */
function sentences({ doing, message, hint }: Fault): string {
  return [doing === undefined ? message : `${message} (${doing})`, hint].filter((text) => text !== undefined).join('\n')
}

process.on('unhandledRejection', (reason) => {
  // A failed assertion somewhere: told, and survived by everything else.
  process.stderr.write(`kith: unexpected: ${reason instanceof Error ? reason.stack : String(reason)}\n`)
})

/** What the machine refuses is no mistake of Kith's: its sentence is enough. */
function isOfTheSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

function told(error: unknown): string {
  if (error instanceof FaultError) return sentences(error.fault)
  return isOfTheSystem(error) ? error.message : String((error as Error).stack)
}

function given(): Values | undefined {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    process.stderr.write(`kith: ${(error as Error).message}\n${usage}`)
    return undefined
  }
}

try {
  const values = given()
  process.exitCode = values === undefined ? usageStatus : await run(values)
} catch (error) {
  process.stderr.write(`kith: ${told(error)}\n`)
  process.exitCode = 1
}
