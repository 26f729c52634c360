import type { LibraryItem } from '@kith/api/library.ts'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { LibraryBig } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { ago, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { FilterBox } from '../../transfers/filters.tsx'
import { NetworkBadge, Tag } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { MoreRows, nextFrom } from '../../ui/more-rows.tsx'
import { Publications } from './publications.tsx'
import { withFilter } from './search.ts'

const pageLength = 100

/** What was fetched whole, and what is given in transfers. */
export function Complete(): ReactNode {
  const client = useClient()
  const [{ filter }, changeSearch] = useScreenSearch('/library')
  const { value: status } = useLive({ view: 'status' })
  // What is complete changes only with the number of those that give or are done.
  const version = `${status?.transfers['giving'] ?? 0} ${status?.transfers['done'] ?? 0} ${status?.transfers['all'] ?? 0}`
  const pages = useInfiniteQuery({
    queryKey: ['library', filter, version],
    queryFn: ({ pageParam, signal }) =>
      client.call('library', {
        query: { ...(filter === undefined ? {} : { filter }), from: pageParam, count: pageLength },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: nextFrom,
    placeholderData: keepPreviousData,
  })
  const rows = pages.data?.pages.flatMap((page) => page.rows)
  return (
    <>
      <div className="mb-3 flex">
        <FilterBox
          label={t('library.filter')}
          value={filter ?? ''}
          onChange={(text) => changeSearch((before) => withFilter(before, text))}
        />
      </div>
      <Publications />
      <FaultNote error={pages.error} />
      {rows?.length === 0 ? (
        <Empty
          icon={<LibraryBig size={36} aria-hidden />}
          title={filter === undefined ? t('library.none') : t('library.noneMatch')}
        >
          {filter === undefined ? t('library.noneHint') : null}
        </Empty>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card">
          {rows?.map((item) => (
            <Item key={item.transfer} item={item} now={status?.now ?? 0} />
          ))}
        </ul>
      )}
      <MoreRows pages={pages} />
    </>
  )
}

function Item({ item, now }: { readonly item: LibraryItem; readonly now: number }): ReactNode {
  return (
    <li className="px-4 py-2.5">
      <div className="flex items-center gap-2">
        {item.networks.map((id) => (
          <NetworkBadge key={id} id={id} />
        ))}
        <Link
          to="/transfers"
          search={{ id: item.transfer }}
          className="min-w-0 truncate text-sm font-medium hover:underline"
        >
          {item.name}
        </Link>
        {item.given ? <Tag>{t('library.given')}</Tag> : null}
        <span className="grow" />
        <span className="shrink-0 text-sm">{size(item.size)}</span>
      </div>
      <p className="mt-0.5 text-xs break-all text-muted">
        {[
          item.path,
          item.files > 1 ? t('library.files', { count: item.files }) : '',
          item.up > 0 ? t('library.up', { size: size(item.up) }) : '',
          item.completedAt === undefined || now === 0 ? '' : ago(item.completedAt, now),
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </p>
    </li>
  )
}
