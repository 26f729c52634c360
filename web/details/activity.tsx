import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useClient } from '../api.ts'
import { moment } from '../format.ts'
import { t } from '../i18n/t.ts'
import { entryWords } from '../journal-words.ts'
import { Scroll } from '../ui/scroll.tsx'
import { Empty } from '../ui/empty.tsx'

/** What happened with this transfer, the newest first. */
export function Activity({ id }: { readonly id: string }): ReactNode {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['journal'],
    queryFn: ({ signal }) => client.call('journal', { signal }),
    refetchInterval: 3_000,
  })
  if (data === undefined) return null
  const own = data.filter(({ subject }) => subject === id).toReversed()
  if (own.length === 0) return <Empty title={t('activity.none')} />
  return (
    <Scroll label={t('details.activity')}>
      <ul className="divide-y divide-line px-4">
        {own.map((entry) => (
          <li key={entry.seq} className="flex flex-wrap gap-x-4 py-2 text-sm">
            <time dateTime={new Date(entry.at).toISOString()} className="w-40 shrink-0 text-muted">
              {moment(entry.at)}
            </time>
            <span className="min-w-0 break-words">{entryWords(entry)}</span>
          </li>
        ))}
      </ul>
    </Scroll>
  )
}
