import type { Digest } from '@kith/core/content/digest.ts'
import type { NetworkId } from '@kith/core/peer/peer.ts'
import type { Priority } from '@kith/core/transfer/picker.ts'
import type { TransferRecord } from '../../transfers/record.ts'
import type { Database } from './database.ts'

/** The list of transfers. */
export interface TransferStore {
  load(): Iterable<TransferRecord>
  /** On disk some milliseconds later, as it is then. */
  save(record: TransferRecord): void
  /** At once, with everything that is kept of it. */
  remove(id: string): void
}

/** What is small and rare: a new one needs no migration. */
type Options = Partial<Pick<TransferRecord, 'select' | 'sequential' | 'downLimit' | 'upLimit'>>

type Row = Readonly<Record<string, unknown>>

const upsert = `
  INSERT INTO transfers (id, added_at, completed_at, wanted, name, disk_name, size, digests, directory, label,
                         down, up, giving_seconds, priorities, options)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    completed_at = excluded.completed_at, wanted = excluded.wanted, name = excluded.name,
    disk_name = excluded.disk_name, size = excluded.size, digests = excluded.digests,
    directory = excluded.directory, label = excluded.label, down = excluded.down, up = excluded.up,
    giving_seconds = excluded.giving_seconds, priorities = excluded.priorities, options = excluded.options`

export function transferStore(database: Database): TransferStore {
  /** Hints as they were last written: they can be megabytes, and rarely change. */
  const written = new Map<string, ReadonlyMap<NetworkId, Uint8Array>>()

  function write(record: TransferRecord): void {
    const { select, sequential, downLimit, upLimit } = record
    const options: Options = { select, sequential, downLimit, upLimit }
    database
      .sql(upsert)
      .run(
        record.id,
        record.addedAt,
        record.completedAt ?? null,
        record.wanted,
        record.name,
        record.diskName ?? null,
        record.size ?? null,
        JSON.stringify(record.digests),
        record.directory,
        record.label ?? null,
        record.down,
        record.up,
        record.givingSeconds,
        Uint8Array.from(record.priorities),
        JSON.stringify(options),
      )
    const before = written.get(record.id)
    if (before === record.hints) return
    for (const [network, hint] of record.hints) {
      if (before?.get(network) !== hint) {
        database
          .sql('INSERT OR REPLACE INTO hints (transfer, network, hint) VALUES (?, ?, ?)')
          .run(record.id, network, hint)
      }
    }
    for (const network of before?.keys() ?? []) {
      if (record.hints.has(network)) continue
      database.sql('DELETE FROM hints WHERE transfer = ? AND network = ?').run(record.id, network)
    }
  }

  function hintsOf(id: string): ReadonlyMap<NetworkId, Uint8Array> {
    const rows = database.sql('SELECT network, hint FROM hints WHERE transfer = ?').all(id)
    return new Map(rows.map((row) => [row['network'] as NetworkId, row['hint'] as Uint8Array]))
  }

  return {
    load() {
      database.flush()
      const rows = database.sql('SELECT * FROM transfers ORDER BY added_at, id').all()
      return rows.map((row) => {
        const record = recordOf(row, hintsOf(String(row['id'])))
        written.set(record.id, record.hints)
        return record
      })
    },
    save(record) {
      database.later(
        `transfer ${record.id}`,
        () => write(record),
        () => written.set(record.id, record.hints),
      )
    },
    remove(id) {
      database.drop(`transfer ${id}`)
      database.together(() => {
        database.sql('DELETE FROM transfers WHERE id = ?').run(id)
        database.sql('DELETE FROM had WHERE transfer = ?').run(id)
      })
      written.delete(id)
    },
  }
}

function recordOf(row: Row, hints: ReadonlyMap<NetworkId, Uint8Array>): TransferRecord {
  const options = JSON.parse(String(row['options'])) as Options
  return {
    id: String(row['id']),
    addedAt: Number(row['added_at']),
    completedAt: numberOf(row['completed_at']),
    wanted: row['wanted'] as TransferRecord['wanted'],
    name: String(row['name']),
    diskName: textOf(row['disk_name']),
    size: numberOf(row['size']),
    digests: JSON.parse(String(row['digests'])) as Digest[],
    directory: String(row['directory']),
    label: textOf(row['label']),
    priorities: [...(row['priorities'] as Uint8Array)] as Priority[],
    select: options.select,
    sequential: options.sequential ?? false,
    downLimit: options.downLimit,
    upLimit: options.upLimit,
    down: Number(row['down']),
    up: Number(row['up']),
    givingSeconds: Number(row['giving_seconds']),
    hints,
  }
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
