import type { TreeView } from '@kith/api/near.ts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Download, File, FolderClosed, FolderDown, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useRef, useState } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useRowKeys } from '../../keys/use-row-keys.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { Screen } from '../../shell/screen.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { Crumbs } from '../browse/crumbs.tsx'

/** Rows that are drawn before somebody asks for more. */
const pageLength = 500

/** What a paired device shares with this one, folder by folder. */
export function TreeScreen(): ReactNode {
  const client = useClient()
  const [{ device, name = device ?? '', path = '' }] = useScreenSearch('/nearby/folders')
  const { data, error, refetch, isPlaceholderData } = useQuery({
    queryKey: ['tree', device, path],
    queryFn: ({ signal }) =>
      client.call('deviceTree', { params: { id: device! }, query: path === '' ? {} : { path }, signal }),
    enabled: device !== undefined,
    placeholderData: keepPreviousData,
  })
  const get = useGetShared(device ?? '')
  if (device === undefined) {
    return (
      <Screen title={t('tree.open')}>
        <Empty title={t('tree.nobody')}>{t('tree.nobodyHint')}</Empty>
      </Screen>
    )
  }
  return (
    <Screen
      title={t('nearby.foldersOf', { name })}
      scrolls={false}
      actions={
        <>
          {path === '' ? null : (
            <Button
              icon={<FolderDown size={16} aria-hidden />}
              data-testid="tree-get-all"
              onClick={() => get(path, path.slice(path.lastIndexOf('/') + 1))}
            >
              {t('browse.getAll')}
            </Button>
          )}
          <Button icon={<RotateCw size={16} aria-hidden />} onClick={() => void refetch()}>
            {t('browse.again')}
          </Button>
        </>
      }
    >
      <Crumbs to="/nearby/folders" name={name} path={path} />
      {error === null ? null : (
        <div className="px-4 md:px-5">
          <FaultNote error={error} />
        </div>
      )}
      {data === undefined && error === null ? (
        <output className="px-4 text-sm text-muted md:px-5">{t('nearby.asking', { name })}</output>
      ) : null}
      {data === undefined || error !== null ? null : data.folders.length + data.files.length === 0 ? (
        <Empty title={path === '' ? t('tree.none', { name }) : t('folder.empty')} />
      ) : (
        <Rows key={isPlaceholderData ? '' : path} tree={data} path={path} get={get} />
      )}
    </Screen>
  )
}

interface Row {
  readonly name: string
  /** Folders say no size. */
  readonly size?: number
}

function Rows({
  tree,
  path,
  get,
}: {
  readonly tree: TreeView
  readonly path: string
  readonly get: (path: string, name: string) => void
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null)
  const [, changeSearch] = useScreenSearch('/nearby/folders')
  const [shown, setShown] = useState(pageLength)
  const rows: readonly Row[] = [...tree.folders.map((name) => ({ name })), ...tree.files]
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`)
  const enter = ({ name, size: bytes }: Row): void => {
    if (bytes !== undefined) return get(below(name), name)
    changeSearch((before) => ({ ...before, path: below(name) }), { replace: false })
  }
  const active = useRowKeys({
    scroller,
    total: Math.min(shown, rows.length),
    reach: (index) => scroller.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: 'nearest' }),
    enter(index) {
      const row = rows[index]
      if (row !== undefined) enter(row)
    },
    leave() {
      if (path === '') return
      const above = path.slice(0, Math.max(0, path.lastIndexOf('/')))
      changeSearch(({ path: _path, ...rest }) => (above === '' ? rest : { ...rest, path: above }))
    },
  })
  return (
    <div ref={scroller} className="min-h-0 grow overflow-y-auto border-t border-line bg-card">
      <ul data-testid="tree">
        {rows.slice(0, shown).map((row, index) => {
          const isFolder = row.size === undefined
          const tabIndex = index === active ? 0 : -1
          return (
            <li
              key={`${isFolder} ${row.name}`}
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rows take the focus, so that keys lead through them
              tabIndex={tabIndex}
              data-index={index}
              className="flex min-h-12 items-center gap-3 border-b border-line px-4 outline-offset-[-2px] hover:bg-hover md:px-5"
            >
              {isFolder ? (
                <FolderClosed size={18} aria-hidden className="shrink-0 text-accent" />
              ) : (
                <File size={18} aria-hidden className="shrink-0 text-muted" />
              )}
              {isFolder ? (
                <button
                  type="button"
                  tabIndex={tabIndex}
                  onClick={() => enter(row)}
                  className="touch min-h-9 min-w-0 grow truncate text-left text-sm font-medium"
                >
                  {row.name}
                </button>
              ) : (
                <span className="min-w-0 grow truncate text-sm" title={row.name}>
                  {row.name}
                </span>
              )}
              <span className="shrink-0 text-right text-sm">{size(row.size)}</span>
              <IconButton
                label={t('find.getName', { name: row.name })}
                icon={isFolder ? <FolderDown size={18} aria-hidden /> : <Download size={18} aria-hidden />}
                tabIndex={tabIndex}
                onClick={() => get(below(row.name), row.name)}
              />
            </li>
          )
        })}
      </ul>
      {shown < rows.length ? (
        <div className="my-3 flex justify-center">
          <Button onClick={() => setShown(shown + pageLength)}>{t('library.more')}</Button>
        </div>
      ) : null}
    </div>
  )
}

/** Fetches a file, or a folder with all that is in it, and says so. */
function useGetShared(device: string): (path: string, name: string) => void {
  const client = useClient()
  const tell = useTell()
  return (path, name) =>
    void client
      .call('getShared', { params: { id: device }, body: { path } })
      .then(
        ({ duplicate }) => tell.done(duplicate ? t('toast.duplicate', { name }) : t('nearby.taken', { name })),
        tell.failed,
      )
}
