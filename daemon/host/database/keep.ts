import type { Keep } from '@kith/core/network/host.ts'
import type { Database } from './database.ts'

/** What one network keeps over restarts. All of it is in memory, so asking costs nothing. */
export function keepOf(database: Database, network: string): Keep {
  const values = new Map<string, Uint8Array>()
  for (const row of database.sql('SELECT key, value FROM keep WHERE network = ?').iterate(network)) {
    values.set(String(row['key']), row['value'] as Uint8Array)
  }
  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (value === undefined) values.delete(key)
      // The caller may go on using his memory.
      else values.set(key, value.slice())
      database.later(`keep ${network} ${key}`, () => {
        const now = values.get(key)
        if (now === undefined) database.sql('DELETE FROM keep WHERE network = ? AND key = ?').run(network, key)
        else database.sql('INSERT OR REPLACE INTO keep (network, key, value) VALUES (?, ?, ?)').run(network, key, now)
      })
    },
  }
}
