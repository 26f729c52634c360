import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type { Journal } from '@kith/core/journal/journal.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { Config } from '../config/config.ts'
import * as settings from '../config/settings.ts'
import type { Database } from '../host/database/database.ts'
import { secretStore, sessionStore, tokenStore } from '../host/database/secrets.ts'
import { metrics } from '../metrics.ts'
import type { Paths } from '../paths.ts'
import { programVersion } from '../program.ts'
import type { Uploads } from '../uploads/uploads.ts'
import { Access } from './access.ts'
import { app } from './app.ts'
import { checkListen } from './guard.ts'
import type { Handlers } from './handlers.ts'
import type { ApiServer } from './listen.ts'
import { listen } from './listen.ts'
import { nobody, sampleOf } from './sample.ts'

/** Who may do what, as it is kept, with the password of the settings where there is one. */
export async function openAccess(database: Database, config: Config, clock: Clock): Promise<Access> {
  const access = new Access(
    { secrets: secretStore(database), tokens: tokenStore(database), sessions: sessionStore(database) },
    () => clock.now(),
  )
  const { password } = config.of('api', settings.api).current
  if (password !== '') await access.setPassword(password, undefined)
  return access
}

export interface ApiWorld {
  readonly log: Log
  readonly config: Config
  readonly database: Database
  readonly paths: Paths
  readonly journal: Journal
  readonly access: Access
  readonly handlers: Handlers
  readonly uploads: Uploads
  /** Puts on the disk what is to be kept. */
  record(): void
  /** Resolves when questions can be answered rightly. */
  readonly begun: Promise<void>
}

/** Page and API, where the settings say. @throws FaultError `local` `api/port-taken`, `api/listen` */
export async function openApi(world: ApiWorld): Promise<ApiServer> {
  const { log, config, database, paths, journal, access, handlers, uploads, begun, record } = world
  const chosen = config.of('api', settings.api)
  const { listen: host, port, page } = chosen.current
  const web = app({
    version: programVersion,
    handlers,
    record,
    uploaded: (id, file) => uploads.file(id, file),
    access,
    journal,
    log: log.child('api'),
    page: join(dirname(dirname(import.meta.dirname)), 'web', 'dist'),
    sample: (view) => sampleOf(handlers, view),
    names: () => ({ machine: hostname(), allowed: chosen.current.allowedHosts }),
    metrics: metrics(async () => handlers.status({}, nobody)),
    healthy: () => database.trouble.current === undefined,
    begun,
  })
  checkListen(host, access.hasPassword)
  return listen(web, { tcp: page ? { host, port } : undefined, socket: paths.socket })
}
