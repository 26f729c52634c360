import type { Digest } from '@kith/core/content/digest.ts'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import type { Transfer } from '@kith/api/transfers.ts'
import type { Budget } from '@kith/core/limits/budget.ts'
import { budgets } from '@kith/core/limits/tree.ts'
import type { Clock } from '@kith/core/network/clock.ts'
import { every } from '@kith/core/network/clock.ts'
import type { Fetch } from '@kith/core/network/facets.ts'
import type { Journal } from '@kith/core/journal/journal.ts'
import { journal } from '@kith/core/journal/journal.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import { Access } from './api/access.ts'
import { app } from './api/app.ts'
import { nobody, sampleOf } from './api/sample.ts'
import { checkListen, isLoopback } from './api/guard.ts'
import type { Handlers } from './api/handlers.ts'
import type { ApiServer } from './api/listen.ts'
import { listen } from './api/listen.ts'
import { Browses } from './browse/browses.ts'
import type { Config } from './config/config.ts'
import * as settings from './config/settings.ts'
import { DavService } from './dav/service.ts'
import { Directories } from './directories.ts'
import { Finder } from './find/finder.ts'
import { Watches } from './find/watches.ts'
import { folderFor, folderView } from './folders.ts'
import { hostOf } from './hosts.ts'
import type { Database } from './host/database/database.ts'
import { hadStore } from './host/database/had.ts'
import { keepOf } from './host/database/keep.ts'
import { secretStore, sessionStore, tokenStore } from './host/database/secrets.ts'
import { transferStore } from './host/database/transfers.ts'
import { libraryDatabase } from './host/database/open-library.ts'
import { sharedFolderStore } from './host/database/shared-folders.ts'
import { Disk } from './host/disk/disk.ts'
import { systemDiscovery } from './host/discovery.ts'
import { SharedFiles } from './host/disk/shared-files.ts'
import { arrivals } from './host/files/arrivals.ts'
import { resolved } from './host/files/list.ts'
import { Hasher } from './host/hash/hasher.ts'
import { openHttp } from './host/http/open.ts'
import { systemNames } from './host/names.ts'
import { keptIdentity } from './host/net/identity.ts'
import { openNet } from './host/net/open.ts'
import { systemRandom } from './host/random.ts'
import { Library } from './library/library.ts'
import type { ProgramLog } from './log.ts'
import { metrics } from './metrics.ts'
import { networks } from './networks.ts'
import { accessOperations } from './operations/access.ts'
import { davOperations } from './operations/dav.ts'
import { deliveryOperations, lendPath } from './operations/deliveries.ts'
import { directoryOperations } from './operations/directory.ts'
import { gatewayOperations } from './operations/gateways.ts'
import type { BrowseWorld } from './operations/browse.ts'
import { browseOperations } from './operations/browse.ts'
import { foundFolderOperations } from './operations/found-folder.ts'
import { findOperations, foundWorld, ownContents } from './operations/find.ts'
import { gameOperations } from './operations/games.ts'
import { invitationOperations } from './operations/invitations.ts'
import { internetOperations } from './operations/internet.ts'
import { libraryOperations } from './operations/library.ts'
import { nearOperations } from './operations/near.ts'
import { networkOperations } from './operations/networks.ts'
import { printerOperations } from './operations/printers.ts'
import { Publications } from './operations/publications.ts'
import { Readings } from './operations/readings.ts'
import { segmentOperations } from './operations/segments.ts'
import { settingOperations } from './operations/settings.ts'
import { sharingOperations } from './operations/sharing.ts'
import { statusOperations } from './operations/status.ts'
import { talkOperations } from './operations/talk.ts'
import { transferOperations } from './operations/transfers.ts'
import type { Paths } from './paths.ts'
import { programName, programVersion } from './program.ts'
import { Speed } from './speed.ts'
import { Supervised } from './supervisor.ts'
import { Switches } from './switches.ts'
import { Talk } from './talk/talk.ts'
import { digestsAt } from './transfers/digests-at.ts'
import type { Entry } from './transfers/entry.ts'
import { Transfers } from './transfers/transfers.ts'
import { Uploads } from './uploads/uploads.ts'
import { isGiven } from './uploads/used.ts'
import { Visits } from './visits/visits.ts'
import { transferView } from './views/transfer-view.ts'

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

export async function startKith({ clock, log, paths, config, database, stop }: KithOptions): Promise<Kith> {
  await using resources = new AsyncDisposableStack()
  const random = systemRandom()
  const stopping = new AbortController()
  const general = config.of('general', settings.general)
  const told: Journal = journal(clock)

  // The network: one tree of budgets, one port, sockets that are metered.
  const root = budgets(clock)
  const speed = new Speed(clock, root, config.of('speed', settings.speed))
  const limitConnections = (): void => root.seats.limitTo(config.of('connections', settings.connections).current.most)
  limitConnections()
  resources.use(config.of('connections', settings.connections).watch(limitConnections))
  const names = systemNames(clock)
  const net = resources.use(
    await openNet({ clock, random, budget: root, log: log.child('net'), port: rememberedPort(config, database) }),
  )
  rememberPort(database, net.port)
  const mapPort = (): void => net.mapPort(config.of('connections', settings.connections).current.portMapping)
  mapPort()
  resources.use(config.of('connections', settings.connections).watch(mapPort))
  const http = resources.use(openHttp({ clock, random, log: log.child('http'), names, budget: root }))

  const discovery = systemDiscovery(clock, random, log.child('discovery'))

  // The disk.
  const { memory, workers, allocation } = config.of('disk', settings.disk).current
  const disk = resources.use(
    new Disk({ clock, memoryBytes: memory * 1024 * 1024, ...(workers === 0 ? {} : { workers }) }),
  )

  // The shared folders for file managers.
  const forDav = config.of('webdav', settings.webdav)
  const dav = resources.use(
    new DavService({
      clock,
      log: log.child('webdav'),
      http: http.within(root, keptIdentity(secretStore(database), 'webdav', clock, random)),
      keep: keepOf(database, 'webdav'),
      folders: () => library.folders,
      settings: () => forDav.current,
    }),
  )
  resources.use(forDav.watch(() => void dav.turn()))

  // The library, which every network gives from.
  const downloads = (): string => general.current.downloads || paths.downloads
  const inLibrary = config.of('library', settings.library)
  const hasher = new Hasher({ clock })
  const limitHashing = (): void => hasher.limitTo(inLibrary.current.hashing === 'gentle' ? 1 : undefined)
  limitHashing()
  resources.use(inLibrary.watch(limitHashing))
  const reader = resources.use(new SharedFiles(disk))
  const forbidden = [paths.state, paths.runtime, dirname(paths.configFile)]
  const library = resources.use(
    new Library({
      clock,
      log: log.child('library'),
      database: libraryDatabase(paths.library, { clock, log: log.child('library') }),
      folders: sharedFolderStore(database),
      keep: keepOf(database, 'library'),
      hasher,
      reader,
      forbidden: await Promise.all(forbidden.map(resolved)),
      downloads,
      lookAgainMs: () => inLibrary.current.lookAgainMinutes * 60_000,
      tell(type, id, data) {
        if (type === 'library/unshared') dav.forget(Number(id))
        told.tell(type, id, data)
      },
    }),
  )
  // It ends first: what it hashes for the library is not waited for.
  resources.use(hasher)

  // The networks, each with its own identity and its own budget below the root, and its own world.
  const self = { program: programName, version: programVersion, device: general.current.deviceName || hostname() }
  const ground = {
    clock,
    random,
    net,
    http,
    names,
    discovery,
    database,
    shares: library.shares,
    arrivals: arrivals(() => folderFor(downloads())),
    log,
    journal: told,
    self,
  }
  const supervised = new Map<NetworkId, Supervised>()
  const networkBudgets = new Map<string, Budget>()
  for (const network of networks) {
    const budget = root.child(network.id)
    networkBudgets.set(network.id, budget)
    const host = hostOf(ground, network.id, budget)
    const chosen = config.of(network.id, network.settings)
    const settingsNow = (): unknown => chosen.current
    supervised.set(network.id, new Supervised(network, () => host, settingsNow, clock))
  }

  // The transfers.
  const records = transferStore(database)
  const transfers = new Transfers({
    clock,
    random,
    slots: disk.slots,
    budget: root,
    networks,
    records,
    had: hadStore(database),
    downloads,
    startPaused: () => general.current.startPaused,
    *fetchers(): Generator<readonly [NetworkId, Fetch]> {
      for (const [id, { membership }] of supervised) if (membership?.fetch !== undefined) yield [id, membership.fetch]
    },
    open: (record, layout, skipped) =>
      disk.open({
        layout,
        dir: record.directory,
        ...(record.diskName === undefined ? {} : { name: record.diskName }),
        parts: join(paths.parts, record.id),
        skipped,
        allocation,
      }),
    folder: folderFor,
    save: (record) => records.save(record),
    tell: (type, id, data) => told.tell(type, id, data),
    failed: (network, error) => {
      log
        .child(network)
        .error('a network failed and is joined anew', { error: error instanceof Error ? error.stack : String(error) })
      void supervised.get(network)?.failed(error)
    },
    limits() {
      const { ratioPercent, givingMinutes } = config.of('sharing', settings.sharing).current
      return {
        ratio: ratioPercent === 0 ? undefined : ratioPercent / 100,
        givingSeconds: givingMinutes === 0 ? undefined : givingMinutes * 60,
      }
    },
  })
  resources.use(transfers)

  const switches = resources.use(new Switches({ keep: keepOf(database, 'networks'), networks: supervised, transfers }))
  for (const network of networks) switches.follow(config, network)
  const directories = resources.use(
    new Directories({ clock, log: log.child('directory'), keep: keepOf(database, 'networks'), networks: supervised }),
  )

  // The API.
  const access = new Access(
    { secrets: secretStore(database), tokens: tokenStore(database), sessions: sessionStore(database) },
    () => clock.now(),
  )
  const fromSettings = config.of('api', settings.api).current
  if (fromSettings.password !== '') await access.setPassword(fromSettings.password, undefined)
  /** The page's address is asked for only once it listens. */
  const listening: { server?: ApiServer } = {}
  const startedAt = clock.now()
  const status = statusOperations({
    clock,
    startedAt,
    config,
    speed,
    transfers,
    disk,
    log,
    database,
    library,
    networks: supervised,
    downloads,
    port: net.port,
    outside: net.outside,
    access,
    device: self.device,
    stop,
  })
  const publications = new Publications({
    random,
    disk,
    transfers,
    networks: supervised,
    signal: stopping.signal,
    tell: (type, id, data) => told.tell(type, id, data),
  })
  const finder = resources.use(
    new Finder({ clock, random, networks: supervised, own: (question) => ownContents(library, question) }),
  )
  const watches = resources.use(
    new Watches({
      clock,
      keep: keepOf(database, 'find'),
      finder,
      tell: (type, id, data) => told.tell(type, id, data),
    }),
  )
  const viewOf = (entry: Entry): Transfer => transferView(entry, clock.now())
  const found = foundWorld(library, transfers, watches, viewOf)
  const talk = new Talk(supervised, keepOf(database, 'talk'), clock)
  const torrentsOf = (path: string, size: number): readonly Digest[] => digestsAt(transfers, path, size)
  const uploadSettings = (): settings.UploadSettings => config.of('uploads', settings.uploads).current
  const visits = resources.use(
    new Visits({
      clock,
      random,
      http,
      log: log.child('visits'),
      keep: keepOf(database, 'visits'),
      settings: uploadSettings,
      device: self.device,
      disk,
      lend: (path, pin) => lendPath({ networks: supervised, disk }, path, pin),
      downloads: () => folderFor(downloads()),
      tell: (type, id, data) => told.tell(type, id, data),
    }),
  )
  const browsing: BrowseWorld = {
    browses: resources.use(new Browses(clock, random)),
    networks: supervised,
    talk,
    transfers,
    found,
    downloads,
    folder: folderFor,
  }
  const uploads = resources.use(
    new Uploads({
      clock,
      random,
      log: log.child('uploads'),
      keep: keepOf(database, 'uploads'),
      settings: uploadSettings,
      folder: paths.uploads,
      isUsed: (folder) => isGiven({ transfers, publications, networks: supervised }, folder),
    }),
  )
  const handlers: Handlers = {
    ...status,
    ...transferOperations({
      clock,
      transfers,
      networks: supervised,
      folder: folderFor,
      record: () => database.settle(),
    }),
    ...publications.operations,
    ...libraryOperations(transfers),
    ...nearOperations({
      networks: supervised,
      names,
      transfers,
      publications,
      folder: folderFor,
      record: () => database.settle(),
      view: (entry) => transferView(entry, clock.now()),
    }),
    ...deliveryOperations({ networks: supervised, disk }),
    ...findOperations({ finder, watches, networks: supervised, transfers, found, folder: folderFor, view: viewOf }),
    ...browseOperations(browsing),
    ...foundFolderOperations({ ...browsing, clock, finder }),
    ...talkOperations({ talk, networks: supervised, record: () => database.settle() }),
    ...visits.operations,
    ...uploads.operations,
    ...davOperations({
      dav,
      on: () => forDav.current.on,
      folders: () => library.folders,
      record: () => database.settle(),
    }),
    ...directoryOperations({ networks: supervised, record: () => database.settle() }),
    ...gatewayOperations({ networks: supervised, record: () => database.settle() }),
    ...invitationOperations({ networks: supervised, record: () => database.settle() }),
    ...gameOperations({ networks: supervised, record: () => database.settle() }),
    ...internetOperations({ networks: supervised, record: () => database.settle() }),
    ...segmentOperations({ networks: supervised, record: () => database.settle() }, self.device),
    ...printerOperations({ networks: supervised, record: () => database.settle() }),
    ...sharingOperations({ library, known: (name) => supervised.has(name as NetworkId), torrentsOf }),
    ...new Readings({ random, hasher, torrentsOf, signal: stopping.signal }).operations,
    ...networkOperations({
      clock,
      networks: supervised,
      budget: (id) => networkBudgets.get(id)!,
      turn: (id, on) => switches.turn(id as NetworkId, on),
      turnDirectory: (id, on) => directories.turn(id as NetworkId, on),
    }),
    ...settingOperations(config, () => Promise.all([switches.settled(), dav.settled()])),
    ...accessOperations(
      access,
      () => listening.server?.url,
      () => isLoopback(fromSettings.listen),
    ),
    journal: ({ query }) => told.since(query?.after ?? 0).entries,
    folders: ({ query }) => folderView(query?.path ?? downloads(), query?.files ?? false),
  }
  const begun = Promise.withResolvers<void>()
  using _beginning = clock.after(beginMs, begun.resolve)
  const web = app({
    version: programVersion,
    handlers,
    uploaded: (id, file) => uploads.file(id, file),
    access,
    journal: told,
    log: log.child('api'),
    page: join(dirname(import.meta.dirname), 'web', 'dist'),
    sample: (view) => sampleOf(handlers, view),
    names: () => ({ machine: hostname(), allowed: config.of('api', settings.api).current.allowedHosts }),
    metrics: metrics(async () => status.status({}, nobody)),
    healthy: () => database.trouble.current === undefined,
    begun: begun.promise,
  })
  const { listen: address, port, page } = fromSettings
  checkListen(address, access.hasPassword)
  const server = resources.use(
    await listen(web, { tcp: page ? { host: address, port } : undefined, socket: paths.socket }),
  )
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

/** The port of all networks is drawn once and kept, so that a router's rule for it stays right. */
function rememberedPort(config: Config, database: Database): number {
  const { port } = config.of('connections', settings.connections).current
  const kept = keepOf(database, 'net').get('port')
  return port !== 0 || kept === undefined ? port : (kept[0]! << 8) | kept[1]!
}

function rememberPort(database: Database, port: number): void {
  keepOf(database, 'net').set('port', Uint8Array.of(port >> 8, port & 255))
}
