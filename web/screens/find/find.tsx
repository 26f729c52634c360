import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { FileQuestion, Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Screen } from '../../shell/screen.tsx'
import { FilterBox } from '../../transfers/filters.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'

const mostRows = 100

/** One box for everything that is to be found; today in our own library. */
export function FindScreen(): ReactNode {
  const client = useClient()
  const [{ q }, changeSearch] = useScreenSearch('/find')
  const { data, error } = useQuery({
    queryKey: ['find', q],
    queryFn: ({ signal }) => client.call('sharedFiles', { query: { q: q ?? '', count: mostRows }, signal }),
    enabled: q !== undefined,
    placeholderData: keepPreviousData,
  })
  const rows = q === undefined ? undefined : data?.rows
  return (
    <Screen title={t('nav.find')}>
      <div className="mb-3 flex">
        <FilterBox
          label={t('find.box')}
          value={q ?? ''}
          onChange={(text) => changeSearch(() => (text === '' ? {} : { q: text }))}
        />
      </div>
      <FaultNote error={error} />
      {q === undefined ? <Empty icon={<Search size={36} aria-hidden />} title={t('find.begin')} /> : null}
      {rows?.length === 0 ? <Empty icon={<FileQuestion size={36} aria-hidden />} title={t('find.none')} /> : null}
      {rows === undefined || rows.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card">
          {rows.map((file) => (
            <li key={file.id} className="flex gap-3 px-4 py-2 text-sm">
              <span className="min-w-0 grow truncate font-medium">{file.name}</span>
              <span>{size(file.size)}</span>
            </li>
          ))}
        </ul>
      )}
    </Screen>
  )
}
