import type { Database } from './database.ts'

/** Values of settings that were made in the page, by group and field. */
export interface SettingStore {
  /** Everything, as `group` → `field` → value. */
  load(): ReadonlyMap<string, ReadonlyMap<string, unknown>>
  set(group: string, field: string, value: unknown): void
  unset(group: string, field: string): void
}

export function settingStore(database: Database): SettingStore {
  return {
    load() {
      const groups = new Map<string, Map<string, unknown>>()
      for (const row of database.sql('SELECT "group", field, value FROM settings').iterate()) {
        const group = String(row['group'])
        const fields = groups.get(group) ?? new Map<string, unknown>()
        groups.set(group, fields.set(String(row['field']), JSON.parse(String(row['value']))))
      }
      return groups
    },
    set(group, field, value) {
      database
        .sql('INSERT OR REPLACE INTO settings ("group", field, value) VALUES (?, ?, ?)')
        .run(group, field, JSON.stringify(value))
    },
    unset(group, field) {
      database.sql('DELETE FROM settings WHERE "group" = ? AND field = ?').run(group, field)
    },
  }
}
