import type { BrowsedRow, BrowseView } from '@kith/api/browse.ts'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download, File, FolderClosed, FolderDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { useRef } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useRowKeys } from '../../keys/use-row-keys.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Tag } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { MoreRows, nextFrom } from '../../ui/more-rows.tsx'
import { useGet } from './use-get.ts'

const pageLength = 200
/** What was fetched of it meanwhile is seen after so long, in milliseconds. */
const againMs = 5_000

export interface RowsProps {
  readonly view: BrowseView
  readonly path: string
  readonly filter: string | undefined
}

/** A folder, or the files below it that match; asked for as one scrolls to them. */
export function Rows({ view, path, filter }: RowsProps): ReactNode {
  const client = useClient()
  const get = useGet(view.id)
  const [, changeSearch] = useScreenSearch('/browse')
  const scroller = useRef<HTMLDivElement>(null)
  const pages = useInfiniteQuery({
    queryKey: ['browsed', view.id, path, filter, view.state === 'reading' ? view.files : 'all'],
    queryFn: ({ pageParam, signal }) =>
      client.call('browsedRows', {
        params: { id: view.id },
        query: { path, from: pageParam, count: pageLength, ...(filter === undefined ? {} : { filter }) },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: nextFrom,
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
  })
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? []
  const enter = (row: BrowsedRow): void => {
    if (row.kind === 'file') return get([row.path], row.name)
    changeSearch(({ filter: _filter, ...rest }) => ({ ...rest, path: row.path }), { replace: false })
  }
  const active = useRowKeys({
    scroller,
    total: rows.length,
    reach: (index) => scroller.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: 'nearest' }),
    enter(index) {
      const row = rows[index]
      if (row !== undefined) enter(row)
    },
    leave() {
      if (path === '') return
      const above = path.slice(0, Math.max(0, path.lastIndexOf('/')))
      changeSearch(({ path: _path, filter: _filter, ...rest }) => (above === '' ? rest : { ...rest, path: above }))
    },
  })
  return (
    <div ref={scroller} className="min-h-0 grow overflow-y-auto border-t border-line bg-card">
      <FaultNote error={pages.error} />
      {pages.data?.pages[0]?.total === 0 ? <Empty title={t('library.noneMatch')} /> : null}
      <ul data-testid="browsed">
        {rows.map((row, index) => (
          <li
            key={`${row.kind} ${row.path}`}
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rows take the focus, so that keys lead through them
            tabIndex={index === active ? 0 : -1}
            data-index={index}
            data-testid="browsed-row"
            className="flex min-h-12 items-center gap-3 border-b border-line px-4 outline-offset-[-2px] hover:bg-hover md:px-5"
          >
            {row.kind === 'folder' ? (
              <FolderClosed size={18} aria-hidden className="shrink-0 text-accent" />
            ) : (
              <File size={18} aria-hidden className="shrink-0 text-muted" />
            )}
            <Name row={row} filter={filter} onEnter={() => enter(row)} tabIndex={index === active ? 0 : -1} />
            <span className="shrink-0 text-right text-sm">{size(row.size)}</span>
            <Do row={row} tabIndex={index === active ? 0 : -1} onGet={() => get([row.path], row.name)} />
          </li>
        ))}
      </ul>
      <MoreRows pages={pages} />
    </div>
  )
}

interface NameProps {
  readonly row: BrowsedRow
  readonly filter: string | undefined
  readonly tabIndex: number
  readonly onEnter: () => void
}

function Name({ row, filter, tabIndex, onEnter }: NameProps): ReactNode {
  if (row.kind === 'folder') {
    return (
      <button
        type="button"
        tabIndex={tabIndex}
        onClick={onEnter}
        className="touch flex min-h-9 min-w-0 grow items-center gap-2 text-left text-sm"
      >
        <span className="truncate font-medium">{row.name}</span>
        <span className="shrink-0 text-xs text-muted">{t('browse.files', { count: row.files ?? 0 })}</span>
      </button>
    )
  }
  return (
    <span className="min-w-0 grow text-sm">
      <span className="flex items-center gap-2">
        <span className="truncate" title={row.name}>
          {row.name}
        </span>
        {row.own === true ? <Tag>{t('find.own')}</Tag> : null}
      </span>
      {filter === undefined ? null : <span className="block truncate text-xs text-muted">{row.path}</span>}
    </span>
  )
}

interface DoProps {
  readonly row: BrowsedRow
  readonly tabIndex: number
  readonly onGet: () => void
}

function Do({ row, tabIndex, onGet }: DoProps): ReactNode {
  if (row.transfer !== undefined) {
    return (
      <Link
        to="/transfers"
        search={{ id: row.transfer }}
        tabIndex={tabIndex}
        className="inline-flex min-h-9 w-16 shrink-0 items-center justify-end text-sm text-accent hover:underline"
      >
        {t('browse.transfer')}
      </Link>
    )
  }
  return (
    <IconButton
      className="ml-7"
      label={t('find.getName', { name: row.name })}
      icon={row.kind === 'folder' ? <FolderDown size={18} aria-hidden /> : <Download size={18} aria-hidden />}
      tabIndex={tabIndex}
      data-testid="browsed-get"
      onClick={onGet}
    />
  )
}
