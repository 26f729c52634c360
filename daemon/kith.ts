import { hostname } from 'node:os'
import { journal } from '@kith/core/journal/journal.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Handlers } from './api/handlers.ts'
import type { ApiServer } from './api/listen.ts'
import { openAccess, openApi } from './api/open.ts'
import { Browses } from './browse/browses.ts'
import type { Config } from './config/config.ts'
import * as settings from './config/settings.ts'
import { DavService } from './dav/service.ts'
import { Directories } from './directories.ts'
import { Finder } from './find/finder.ts'
import { Watches } from './find/watches.ts'
import { folderFor } from './folders.ts'
import type { Database } from './host/database/database.ts'
import { keepOf } from './host/database/keep.ts'
import { secretStore } from './host/database/secrets.ts'
import { CarrierThreads } from './host/carry/carriers.ts'
import { Disk } from './host/disk/disk.ts'
import { arrivals } from './host/files/arrivals.ts'
import { keptIdentity } from './host/net/identity.ts'
import { systemRandom } from './host/random.ts'
import { supervise } from './hosts.ts'
import { openLibrary } from './library/open.ts'
import type { ProgramLog } from './log.ts'
import { openNetworking } from './networking.ts'
import type { House } from './operations/all.ts'
import { operations } from './operations/all.ts'
import { lendPath } from './operations/deliveries.ts'
import { foundWorld, ownContents } from './operations/find.ts'
import { Publications } from './operations/publications.ts'
import { Readings } from './operations/readings.ts'
import type { Paths } from './paths.ts'
import { programName, programVersion } from './program.ts'
import type { Speed } from './speed.ts'
import { Switches } from './switches.ts'
import { Talk } from './talk/talk.ts'
import { digestsAt } from './transfers/digests-at.ts'
import { openTransfers } from './transfers/open.ts'
import { Uploads } from './uploads/uploads.ts'
import { isGiven } from './uploads/used.ts'
import { transferView } from './views/transfer-view.ts'
import { Visits } from './visits/visits.ts'

/** Who asks before everything stands waits so long at most, in milliseconds: a network that hangs shall not hide the rest. */
const beginMs = 10_000

export interface KithOptions {
  readonly clock: Clock
  readonly log: ProgramLog
  readonly paths: Paths
  readonly config: Config
  readonly database: Database
  /** Asks the program to end. */
  stop(): void
}

/** Everything that the daemon runs, put together from top to bottom. */
export interface Kith extends AsyncDisposable {
  /** Where the page is, or undefined when there is none. */
  readonly url: string | undefined
  /** A link that opens the page once. */
  link(): string
  readonly handlers: Handlers
  readonly speed: Speed
}

export async function startKith(options: KithOptions): Promise<Kith> {
  await using resources = new AsyncDisposableStack()
  const { clock, log, paths, config, database } = options
  const random = systemRandom()
  const stopping = new AbortController()
  const told = journal(clock)
  const general = config.of('general', settings.general)
  const keep = (room: string): ReturnType<typeof keepOf> => keepOf(database, room)

  // What every part may ask for.
  const common = {
    ...options,
    random,
    journal: told,
    tell: told.tell,
    /** Ends what is under way when the daemon does. */
    signal: stopping.signal,
    device: general.current.deviceName || hostname(),
    downloads: (): string => general.current.downloads || paths.downloads,
    folder: folderFor,
    /** Puts on the disk what is to be kept: what was told is not lost when the daemon is killed. */
    record: (): void => database.settle(),
  }

  // The ways out, and the disk.
  const networking = resources.use(await openNetworking(common))
  const { net, http, names, speed, budget } = networking
  const { memory, workers } = config.of('disk', settings.disk).current
  const disk = resources.use(
    new Disk({ clock, memoryBytes: memory * 1024 * 1024, ...(workers === 0 ? {} : { workers }) }),
  )

  const carriers = resources.use(new CarrierThreads({ clock, turns: disk.pool.turns }))

  // The library, which every network gives from, and file managers look into.
  const { library, hasher } = resources.use(
    await openLibrary({
      ...common,
      disk,
      tell(type, id, data) {
        if (type === 'library/unshared') dav.forget(Number(id))
        told.tell(type, id, data)
      },
    }),
  )
  const dav = resources.use(
    new DavService({
      clock,
      log: log.child('webdav'),
      http: http.within(budget, keptIdentity(secretStore(database), 'webdav', clock, random)),
      keep: keep('webdav'),
      folders: () => library.folders,
      settings: config.of('webdav', settings.webdav),
    }),
  )

  // The networks, and the transfers that they work for.
  const networks = supervise(
    {
      ...common,
      ...networking,
      carriers,
      shares: library.shares,
      arrivals: arrivals(() => folderFor(common.downloads())),
      self: { program: programName, version: programVersion, device: common.device },
    },
    budget,
    config,
  )
  const transfers = resources.use(openTransfers({ ...common, disk, budget, networks }))
  const switches = resources.use(new Switches({ keep: keep('networks'), networks, transfers, config }))
  const directories = resources.use(
    new Directories({ clock, log: log.child('directory'), keep: keep('networks'), networks }),
  )

  // What people do with them.
  const base = { ...common, http, disk, library, networks, transfers }
  const publications = new Publications(base)
  const torrentsOf: House['torrentsOf'] = (path, size) => digestsAt(transfers, path, size)
  const view: House['view'] = (entry) => transferView(entry, clock.now())
  const finder = resources.use(new Finder({ ...base, own: (question) => ownContents(library, question) }))
  const watches = resources.use(new Watches({ ...base, keep: keep('find'), finder }))
  const forUploads = config.of('uploads', settings.uploads)
  const uploadSettings = (): settings.UploadSettings => forUploads.current
  const visits = resources.use(
    new Visits({
      ...base,
      log: log.child('visits'),
      keep: keep('visits'),
      settings: uploadSettings,
      lend: (path, pin) => lendPath(base, path, pin),
      downloads: () => folderFor(common.downloads()),
    }),
  )
  const browses = resources.use(new Browses(clock, random))
  const uploads = resources.use(
    new Uploads({
      ...base,
      log: log.child('uploads'),
      keep: keep('uploads'),
      settings: uploadSettings,
      folder: paths.uploads,
      isUsed: (folder) => isGiven({ ...base, publications }, folder),
    }),
  )

  // The API, and the page.
  const access = await openAccess(database, config, clock)
  /** The page's address is asked for only once it listens. */
  const listening: { server?: ApiServer } = {}
  const handlers = operations({
    ...base,
    startedAt: clock.now(),
    port: net.port,
    outside: net.outside,
    outsideV6: net.outsideV6,
    names,
    speed,
    dav,
    access,
    switches,
    directories,
    publications,
    readings: new Readings({ ...base, hasher, torrentsOf }),
    finder,
    watches,
    found: foundWorld(library, transfers, watches, view),
    talk: new Talk(networks, keep('talk'), clock),
    visits,
    browses,
    uploads,
    torrentsOf,
    view,
    url: () => listening.server?.url,
  })
  const begun = Promise.withResolvers<void>()
  using _beginning = clock.after(beginMs, begun.resolve)
  const server = resources.use(await openApi({ ...base, access, handlers, uploads, begun: begun.promise }))
  listening.server = server

  // Everything stands: begin. The library first: networks ask it for what they give as they join.
  library.start()
  await dav.turn()
  await switches.begin()
  await directories.settled()
  await transfers.start()
  await uploads.start()
  await visits.start()
  resources.use(
    every(clock, 1_000, () => {
      speed.tick()
      transfers.tick()
    }),
  )
  told.tell('daemon/started', undefined, { version: programVersion })
  begun.resolve()
  const owned = resources.move()
  return {
    url: server.url,
    link: () => `${server.url}/#t=${access.link()}`,
    handlers,
    speed,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await owned[Symbol.asyncDispose]()
    },
  }
}
