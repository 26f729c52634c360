import type { SharedFolder } from '@kith/api/sharing.ts'
import { FolderHeart, FolderMinus, FolderPen, MoreVertical, RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { NetworkBadge, Tag } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { Hashing } from './hashing.tsx'

/** The shared folders: who may see each, what is in it, and what could not be read. */
export function Folders(): ReactNode {
  const { value: folders } = useLive({ view: 'sharedFolders' })
  return (
    <>
      {folders?.length === 0 ? null : <Hashing />}
      {folders?.length === 0 ? (
        <Empty icon={<FolderHeart size={36} aria-hidden />} title={t('share.none')}>
          {t('share.noneHint')}
        </Empty>
      ) : (
        <ul className="flex flex-col gap-3">
          {folders?.map((folder) => (
            <li key={folder.id}>
              <Folder folder={folder} />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Folder({ folder }: { readonly folder: SharedFolder }): ReactNode {
  const { id, name, path, audience, networks, present, looking, known, waiting, trouble, absent } = folder
  return (
    <section
      className="rounded-xl border border-line bg-card p-4"
      aria-labelledby={`folder-${id}`}
      data-testid="shared-folder"
    >
      <div className="flex items-start gap-2">
        <div className="min-w-0 grow">
          <h2 id={`folder-${id}`} className="flex flex-wrap items-center gap-2 font-semibold">
            <span className="min-w-0 break-words">{name}</span>
            <Tag>{t(`audience.${audience}`)}</Tag>
            {present ? null : <Tag tone="warn">{t('share.away')}</Tag>}
            {networks?.map((network) => (
              <NetworkBadge key={network} id={network} />
            ))}
          </h2>
          <p className="mt-0.5 text-xs break-all text-muted">{path}</p>
        </div>
        <FolderMenu folder={folder} />
      </div>
      <p className="mt-2 text-sm">
        {[
          t('share.offered', { count: known.files, size: size(known.bytes) }),
          waiting.files > 0 ? t('share.waiting', { count: waiting.files, size: size(waiting.bytes) }) : '',
          absent.files > 0 ? t('share.absent', { count: absent.files }) : '',
          looking ? t('share.looking') : '',
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </p>
      {trouble.files + folder.skipped === 0 ? null : (
        <details className="mt-2 text-sm">
          <summary className="touch cursor-pointer">
            {[
              trouble.files > 0 ? t('share.trouble', { count: trouble.files }) : '',
              folder.skipped > 0 ? t('share.skipped', { count: folder.skipped }) : '',
            ]
              .filter((part) => part !== '')
              .join(' · ')}
          </summary>
          <ul className="mt-1 list-disc pl-5 text-xs break-words text-muted">
            {folder.faults.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function FolderMenu({ folder }: { readonly folder: SharedFolder }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { open } = useDialogs()
  async function unshare(): Promise<void> {
    const { id, path, name, audience, networks, ignore } = folder
    try {
      await client.call('unshareFolder', { params: { id: String(id) } })
      tell.done(t('share.removed', { name }), {
        label: t('toast.undo'),
        run: () =>
          void client
            .call('shareFolder', { body: { path, name, audience, networks, ignore } })
            .catch((error: unknown) => tell.failed(error)),
      })
    } catch (error) {
      tell.failed(error)
    }
  }
  return (
    <Menu label={t('share.menu', { name: folder.name })} icon={<MoreVertical size={18} aria-hidden />}>
      <MenuItem icon={<FolderPen size={16} aria-hidden />} onSelect={() => open({ kind: 'share', folder })}>
        {t('share.change')}
      </MenuItem>
      <MenuItem
        icon={<RefreshCw size={16} aria-hidden />}
        onSelect={() => void client.call('lookAgain').catch(tell.failed)}
      >
        {t('share.look')}
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<FolderMinus size={16} aria-hidden />} danger onSelect={() => void unshare()}>
        {t('share.remove')}
      </MenuItem>
    </Menu>
  )
}
