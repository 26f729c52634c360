import { join } from 'node:path'
import type { Budget } from '@kith/core/limits/budget.ts'
import type { Clock, Random } from '@kith/core/network/clock.ts'
import type { Fetch } from '@kith/core/network/facets.ts'
import type { Log } from '@kith/core/network/log.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Config } from '../config/config.ts'
import * as settings from '../config/settings.ts'
import type { Database } from '../host/database/database.ts'
import { hadStore } from '../host/database/had.ts'
import { transferStore } from '../host/database/transfers.ts'
import type { Disk } from '../host/disk/disk.ts'
import type { Paths } from '../paths.ts'
import type { Supervised } from '../supervisor.ts'
import type { TransfersWorld } from './transfers.ts'
import { Transfers } from './transfers.ts'

export interface OpenTransfersWorld extends Pick<TransfersWorld, 'downloads' | 'folder' | 'tell'> {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly config: Config
  readonly database: Database
  readonly paths: Paths
  readonly disk: Disk
  readonly budget: Budget
  readonly networks: ReadonlyMap<NetworkId, Supervised>
}

/** The list of transfers as it is kept in the database, on the disk, over all networks. It follows the settings. */
export function openTransfers(world: OpenTransfersWorld): Transfers {
  const { clock, random, log, config, database, paths, disk, budget, networks, downloads, folder, tell } = world
  const { allocation } = config.of('disk', settings.disk).current
  const records = transferStore(database)
  return new Transfers({
    clock,
    random,
    slots: disk.slots,
    budget,
    networks: [...networks.values()].map(({ network }) => network),
    records,
    had: hadStore(database),
    downloads,
    startPaused: () => config.of('general', settings.general).current.startPaused,
    expecting: () => disk.pool.prepare(),
    *fetchers(): Generator<readonly [NetworkId, Fetch]> {
      for (const [id, { membership }] of networks) if (membership?.fetch !== undefined) yield [id, membership.fetch]
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
    folder,
    save: (record) => records.save(record),
    tell,
    failed(network, error) {
      log
        .child(network)
        .error('a network failed and is joined anew', { error: error instanceof Error ? error.stack : String(error) })
      void networks.get(network)?.failed(error)
    },
    limits() {
      const { ratioPercent, givingMinutes } = config.of('sharing', settings.sharing).current
      return {
        ratio: ratioPercent === 0 ? undefined : ratioPercent / 100,
        givingSeconds: givingMinutes === 0 ? undefined : givingMinutes * 60,
      }
    },
  })
}
