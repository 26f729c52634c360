import type { SharedFile } from '@kith/api/sharing.ts'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { FileQuestion, Link2, MoreVertical } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { copyText } from '../../copy.ts'
import { count, ratio, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { FilterBox } from '../../transfers/filters.tsx'
import { Tag } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { MoreRows, nextFrom } from '../../ui/more-rows.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { withFilter } from './search.ts'

const pageLength = 100

/** The files in shared folders that match what is typed: the newest first, or what others took most. */
export function SharedFiles({ order }: { readonly order: 'newest' | 'given' }): ReactNode {
  const client = useClient()
  const [{ filter }, changeSearch] = useScreenSearch('/library')
  const { value: hashing } = useLive({ view: 'hashing' })
  const pages = useInfiniteQuery({
    // Only what is done can come in; while files are read it does so again and again.
    queryKey: ['shared-files', order, filter, hashing?.state === 'idle' ? hashing.known.files : 'changing'],
    queryFn: ({ pageParam, signal }) =>
      client.call('sharedFiles', {
        query: { order, ...(filter === undefined ? {} : { q: filter }), from: pageParam, count: pageLength },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: nextFrom,
    placeholderData: keepPreviousData,
  })
  const rows = pages.data?.pages.flatMap((page) => page.rows)
  const total = pages.data?.pages[0]?.total
  return (
    <>
      <div className="mb-1 flex">
        <FilterBox
          label={t('files.search')}
          value={filter ?? ''}
          onChange={(text) => changeSearch((before) => withFilter(before, text))}
        />
      </div>
      <p className="mb-3 text-xs text-muted">
        {t('files.hint')}
        {total === undefined ? '' : ` · ${t('files.found', { count: total })}`}
      </p>
      <FaultNote error={pages.error} />
      {rows?.length === 0 ? (
        <Empty
          icon={<FileQuestion size={36} aria-hidden />}
          title={
            filter !== undefined ? t('library.noneMatch') : order === 'given' ? t('files.noneAsked') : t('files.none')
          }
        >
          {filter === undefined && order === 'given' ? t('files.noneAskedHint') : null}
        </Empty>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="shared-files">
          {rows?.map((file) => (
            <Row key={file.id} file={file} />
          ))}
        </ul>
      )}
      <MoreRows pages={pages} />
    </>
  )
}

function Row({ file }: { readonly file: SharedFile }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { id, name, path, state, given, fault } = file
  const copy = (kind: 'magnet' | 'ed2k'): void =>
    void client
      .call('sharedLinks', { params: { id: String(id) } })
      .then((links) => copyText(links[kind]))
      .then(() => tell.done(t('toast.copied')), tell.failed)
  return (
    <li className="flex items-center gap-2 py-1.5 pr-2 pl-4">
      <div className="min-w-0 grow">
        <p className="flex items-center gap-2 text-sm">
          <span className="min-w-0 truncate font-medium" title={name}>
            {name}
          </span>
          {state === 'known' ? null : <Tag tone={state === 'trouble' ? 'warn' : 'plain'}>{t(`files.${state}`)}</Tag>}
          <span className="grow" />
          <span className="shrink-0">{size(file.size)}</span>
        </p>
        <p className="text-xs break-all text-muted">
          {[
            path,
            given === 0 ? '' : t('files.given', { size: size(given), times: timesText(given, file.size) }),
            fault?.message ?? '',
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
      </div>
      <Menu label={t('files.menu', { name })} icon={<MoreVertical size={18} aria-hidden />}>
        <MenuItem icon={<Link2 size={16} aria-hidden />} disabled={state === 'waiting'} onSelect={() => copy('magnet')}>
          {t('files.magnet')}
        </MenuItem>
        <MenuItem icon={<Link2 size={16} aria-hidden />} disabled={state === 'waiting'} onSelect={() => copy('ed2k')}>
          {t('files.ed2k')}
        </MenuItem>
      </Menu>
    </li>
  )
}

function timesText(given: number, of: number): string {
  const times = of === 0 ? 0 : given / of
  return times >= 10 ? count(Math.round(times)) : ratio(times)
}
