import type { DavUserView, DavView } from '@kith/api/dav.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Copy, MoreVertical, UserPen, UserPlus, UserX, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { copyText } from '../../copy.ts'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote, Note } from '../../ui/fault-note.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { WebdavSwitches } from './webdav-switches.tsx'

/** The command line changes it too, and what is wrong may right itself. */
const againMs = 5_000

/** The shared folders for file managers: whether and where they are reached, and by whom. */
export function Webdav(): ReactNode {
  const client = useClient()
  const { data: dav, error } = useQuery({
    queryKey: ['dav'],
    queryFn: ({ signal }) => client.call('dav', { signal }),
    refetchInterval: againMs,
  })
  if (dav === undefined) return <FaultNote error={error} />
  return (
    <div className="flex flex-col gap-6">
      <section className="rounded-xl border border-line bg-card p-4" data-testid="webdav">
        <WebdavSwitches on={dav.on} />
        {dav.fault === undefined ? null : (
          <div className="mt-3">
            <Note text={dav.fault.message} hint={dav.fault.hint} />
          </div>
        )}
        {dav.url === undefined ? null : <Address url={dav.url} />}
      </section>
      <WhoMayCome dav={dav} />
    </div>
  )
}

/** By the name that this page was reached by, for that is a name of the daemon's machine that works. */
function Address({ url }: { readonly url: string }): ReactNode {
  const tell = useTell()
  const { hostname } = window.location
  const address =
    new URL(url).hostname === 'localhost' && hostname !== '' ? url.replace('//localhost', `//${hostname}`) : url
  return (
    <div className="mt-3 border-t border-line pt-3">
      <p className="text-sm text-muted">{t('webdav.address')}</p>
      <p className="flex items-center gap-1">
        <span className="min-w-0 font-mono text-sm break-all" data-testid="webdav-address">
          {address}
        </span>
        <IconButton
          label={t('fact.copy', { name: address })}
          icon={<Copy size={14} aria-hidden />}
          onClick={() => void copyText(address).then(() => tell.done(t('toast.copied')), tell.failed)}
        />
      </p>
      {url.startsWith('https:') ? <p className="text-xs text-muted">{t('webdav.ownCertificate')}</p> : null}
    </div>
  )
}

function WhoMayCome({ dav: { users } }: { readonly dav: DavView }): ReactNode {
  const { open } = useDialogs()
  return (
    <section aria-labelledby="webdav-users">
      <div className="mb-2 flex items-center gap-2">
        <h2 id="webdav-users" className="grow text-sm font-semibold">
          {t('webdav.users')}
        </h2>
        <Button icon={<UserPlus size={16} aria-hidden />} onClick={() => open({ kind: 'davUser' })}>
          {t('webdav.addUser')}
        </Button>
      </div>
      {users.length === 0 ? (
        <Empty icon={<Users size={36} aria-hidden />} title={t('webdav.noUsers')}>
          {t('webdav.noUsersHint')}
        </Empty>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="webdav-users">
          {users.map((user) => (
            <User key={user.name} user={user} />
          ))}
        </ul>
      )}
    </section>
  )
}

function User({ user }: { readonly user: DavUserView }): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const tell = useTell()
  const { open } = useDialogs()
  const { name, read, write } = user
  const rights = [
    write.length === 0 ? '' : t('webdav.writes', { list: write.join(', ') }),
    read.length === 0 ? '' : t('webdav.reads', { list: read.join(', ') }),
  ].filter((part) => part !== '')
  const remove = (): void =>
    void client.call('removeDavUser', { params: { id: name } }).then(() => {
      tell.done(t('webdav.removed', { name }))
      return queries.invalidateQueries({ queryKey: ['dav'] })
    }, tell.failed)
  return (
    <li className="flex min-h-12 items-center gap-3 py-1.5 pr-2 pl-4 text-sm">
      <span className="min-w-0 grow">
        <span className="block font-medium break-words">{name}</span>
        <span className="block break-words text-muted">
          {rights.length === 0 ? t('webdav.noRights') : rights.join(' · ')}
        </span>
      </span>
      <Menu label={t('webdav.menu', { name })} icon={<MoreVertical size={18} aria-hidden />}>
        <MenuItem icon={<UserPen size={16} aria-hidden />} onSelect={() => open({ kind: 'davUser', user })}>
          {t('webdav.change')}
        </MenuItem>
        <MenuItem danger icon={<UserX size={16} aria-hidden />} onSelect={remove}>
          {t('webdav.remove')}
        </MenuItem>
      </Menu>
    </li>
  )
}
