import type { BrowseView } from '@kith/api/browse.ts'
import { useQuery } from '@tanstack/react-query'
import { FolderDown, LoaderCircle, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Screen } from '../../shell/screen.tsx'
import { FilterBox } from '../../transfers/filters.tsx'
import { NetworkBadge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote, Note } from '../../ui/fault-note.tsx'
import { Crumbs } from './crumbs.tsx'
import { Rows } from './rows.tsx'
import { useGet } from './use-get.ts'

/** What one person shares, as folders in folders. */
export function BrowseScreen(): ReactNode {
  const client = useClient()
  const [{ network, peer, name }] = useScreenSearch('/browse')
  const [turn, setTurn] = useState(0)
  const { data, error } = useQuery({
    queryKey: ['browse', network, peer, turn],
    queryFn: () =>
      client.call('browse', {
        body: { peer: peer!, again: turn > 0, ...(network === undefined ? {} : { network }) },
      }),
    enabled: peer !== undefined,
    // Coming back is not asking again.
    staleTime: Infinity,
  })
  const title = t('browse.title', { name: data?.name ?? name ?? peer ?? '' })
  const again = (): void => setTurn((before) => before + 1)
  if (peer === undefined) {
    return (
      <Screen title={t('browse.open')}>
        <Empty title={t('browse.nobody')}>{t('browse.nobodyHint')}</Empty>
      </Screen>
    )
  }
  return (
    <Screen
      title={title}
      scrolls={false}
      actions={
        <Button icon={<RotateCw size={16} aria-hidden />} onClick={again}>
          {t('browse.again')}
        </Button>
      }
    >
      {error === null ? null : (
        <div className="px-4 md:px-5">
          <FaultNote error={error} />
        </div>
      )}
      {data === undefined ? null : <Browsed key={data.id} start={data} onGone={again} />}
    </Screen>
  )
}

function Browsed({ start, onGone }: { readonly start: BrowseView; readonly onGone: () => void }): ReactNode {
  const { value, gone } = useLive({ view: 'browse', id: start.id })
  const [{ path = '', filter }, changeSearch] = useScreenSearch('/browse')
  const view = value ?? start
  const get = useGet(view.id)
  if (gone !== undefined) {
    return (
      <Empty title={gone}>
        <Button onClick={onGone}>{t('browse.again')}</Button>
      </Empty>
    )
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 px-4 pb-2 text-sm md:px-5">
        <NetworkBadge id={view.network} />
        <output data-testid="browse-state" data-state={view.state} className="inline-flex grow items-center gap-2">
          {view.state === 'reading' ? (
            <LoaderCircle size={16} aria-hidden className="animate-spin motion-reduce:animate-none" />
          ) : null}
          {view.state === 'reading' && view.files === 0
            ? t('browse.waiting')
            : `${t('browse.files', { count: view.files })}, ${size(view.bytes)}`}
        </output>
        <FilterBox
          label={t('browse.filter')}
          value={filter ?? ''}
          onChange={(text) =>
            changeSearch(({ filter: _filter, ...rest }) => (text === '' ? rest : { ...rest, filter: text }))
          }
        />
        <Button
          icon={<FolderDown size={16} aria-hidden />}
          disabled={view.files === 0}
          data-testid="browse-get-all"
          onClick={() => get([path], path === '' ? view.name : path.slice(path.lastIndexOf('/') + 1))}
        >
          {t('browse.getAll')}
        </Button>
      </div>
      {view.fault === undefined ? null : (
        <div className="px-4 md:px-5">
          <Note text={view.fault.message} hint={view.fault.hint} />
        </div>
      )}
      {view.full ? (
        <div className="px-4 md:px-5">
          <Note text={t('browse.full', { count: view.files })} />
        </div>
      ) : null}
      <Crumbs name={view.name} path={path} />
      {view.files === 0 ? (
        view.state === 'done' ? (
          <Empty title={t('browse.none')} />
        ) : null
      ) : (
        <Rows view={view} path={path} filter={filter} />
      )}
    </>
  )
}
