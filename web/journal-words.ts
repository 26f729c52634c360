import type { JournalEntry } from '@kith/api/journal.ts'
import { hasText, t } from './i18n/t.ts'
import { networkName } from './network-name.ts'

/** What an entry of the journal says to a person. */
export function entryWords({ type, subject, data }: JournalEntry): string {
  const key = `journal.${type}`
  const text = (name: string): string => {
    const value = data?.[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  if (!hasText(key)) return [type, subject ?? '', text('message')].filter((part) => part !== '').join(' · ')
  return t(key, {
    name: text('name') || (subject ?? ''),
    network: networkName(subject ?? ''),
    message: text('message'),
    path: text('path'),
    version: text('version'),
  })
}
