import { access as mayAccess, constants } from 'node:fs/promises'
import type { DoctorCheck, Status } from '@kith/api/status.ts'
import { logLevels } from '@kith/api/journal.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Outside } from '@kith/core/network/outside.ts'
import type { Value } from '@kith/core/value/value.ts'
import type { Access } from '../api/access.ts'
import type { Handlers } from '../api/handlers.ts'
import type { Config } from '../config/config.ts'
import type { Database } from '../host/database/database.ts'
import type { Disk } from '../host/disk/disk.ts'
import { freeBytes } from '../host/disk/space.ts'
import type { Library } from '../library/library.ts'
import type { ProgramLog } from '../log.ts'
import { programVersion } from '../program.ts'
import type { Speed } from '../speed.ts'
import type { Supervised } from '../supervisor.ts'
import type { Transfers } from '../transfers/transfers.ts'
import { networkCheck } from '../views/network-check.ts'
import { outsideCheck, outsideV6Check, outsideView } from '../views/outside-view.ts'
import { tally } from '../views/transfer-view.ts'
import { transferCheck } from '../views/transfer-check.ts'

export interface StatusWorld {
  readonly clock: Clock
  readonly startedAt: number
  readonly config: Config
  readonly speed: Speed
  readonly transfers: Transfers
  readonly disk: Disk
  readonly database: Database
  readonly library: Library
  readonly log: ProgramLog
  readonly networks: ReadonlyMap<string, Supervised>
  readonly access: Access
  readonly device: string
  /** The port of all networks. */
  readonly port: number
  readonly outside: Value<Outside>
  readonly outsideV6: Value<Outside>
  downloads(): string
  stop(): void
}

/** How the daemon is. */
export function statusOperations(
  world: StatusWorld,
): Pick<Handlers, 'status' | 'speedHistory' | 'setSpeed' | 'doctor' | 'stop' | 'log'> {
  const { speed, config, log } = world
  const status = async (): Promise<Status> => {
    const free = await freeBytes(world.downloads()).catch(() => undefined)
    const all = [...world.networks.values()]
    const { down, up } = speed.limits
    return {
      version: programVersion,
      device: world.device,
      startedAt: world.startedAt,
      now: world.clock.now(),
      downRate: speed.rate('down'),
      upRate: speed.rate('up'),
      ...(down === undefined ? {} : { downLimit: down }),
      ...(up === undefined ? {} : { upLimit: up }),
      down: speed.total('down'),
      up: speed.total('up'),
      transfers: { ...tally([...world.transfers].map(({ state }) => state)), all: world.transfers.size },
      people: all.reduce((sum, { membership }) => sum + (membership?.health.current.people ?? 0), 0),
      networks: { on: all.filter(({ state }) => state.current.kind !== 'off').length, all: all.length },
      port: world.port,
      outside: outsideView(world.outside.current),
      outsideV6: outsideView(world.outsideV6.current),
      downloads: world.downloads(),
      ...(free === undefined ? {} : { freeBytes: free }),
      residentBytes: process.memoryUsage.rss(),
      problems: problems(world),
      password: world.access.hasPassword,
    }
  }
  return {
    status,
    speedHistory: () => speed.history,
    async setSpeed({ body }) {
      for (const direction of ['down', 'up'] as const) {
        const limit = body[direction]
        if (limit === undefined) continue
        // The setting counts in KiB per second, and 0 is none.
        config.set('speed', direction, limit === null ? 0 : Math.max(1, Math.round(limit / 1024)))
      }
      speed.apply()
      return status()
    },
    doctor: () => doctor(world),
    stop: () => world.stop(),
    log({ query }) {
      const least = logLevels.indexOf(query?.level ?? 'debug')
      const lines = log
        .since(query?.after ?? 0)
        .filter(({ level }) => logLevels.indexOf(level) >= least)
        .slice(-(query?.count ?? 200))
      return lines.map((line) => ({ ...line, name: line.name || 'kith' }))
    },
  }
}

function problems({ config, database, library, networks, transfers }: StatusWorld): Status['problems'] {
  const faults = [
    ...config.problems.current,
    ...library.problems,
    ...(database.trouble.current === undefined ? [] : [database.trouble.current]),
    ...[...networks.values()].flatMap(({ state }) => (state.current.kind === 'waiting' ? [state.current.fault] : [])),
    ...[...transfers].flatMap(({ fault }) => (fault?.kind === 'local' ? [fault] : [])),
  ]
  const seen = new Set<string>()
  return faults.flatMap(({ code, message, hint }) => {
    if (seen.has(message)) return []
    seen.add(message)
    return [{ code, message, ...(hint === undefined ? {} : { hint }) }]
  })
}

async function doctor(world: StatusWorld): Promise<readonly DoctorCheck[]> {
  const downloads = world.downloads()
  const checks: DoctorCheck[] = []
  const check = async (name: string, good: string, work: () => Promise<void> | void, hint?: string): Promise<void> => {
    try {
      await work()
      checks.push({ name, ok: true, message: good })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      checks.push({ name, ok: false, message, ...(hint === undefined ? {} : { hint }) })
    }
  }
  await check('downloads', `${downloads} can be written`, async () =>
    mayAccess(downloads, constants.W_OK).catch(async (error: NodeJS.ErrnoException) => {
      // A folder that is made with the first transfer is no problem.
      if (error.code !== 'ENOENT') throw error
    }),
  )
  await check('room', 'there is room where transfers go', async () => {
    const free = await freeBytes(downloads)
    if (free < 1024 ** 3) throw new Error(`only ${Math.floor(free / 1024 ** 2)} MiB are free where transfers go`)
  })
  await check('database', 'the database can be written', () => world.database.flush())
  await check('settings', 'every setting is understood', () => {
    const [first] = world.config.problems.current
    if (first !== undefined) throw new Error(first.message)
  })
  checks.push(transferCheck([...world.transfers].map(({ fault }) => fault)))
  checks.push(outsideCheck(world.outside.current), outsideV6Check(world.outsideV6.current))
  for (const { network, state } of world.networks.values()) checks.push(networkCheck(network, state.current))
  return checks
}
