import type { Transfer } from '@kith/api/transfers.ts'
import {
  ClipboardCopy,
  EllipsisVertical,
  FolderInput,
  Gauge,
  Pause,
  Pencil,
  Play,
  RefreshCw,
  Tag,
  Trash2,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../api.ts'
import { t } from '../i18n/t.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { Menu, MenuChoice, MenuItem, MenuLine } from '../ui/menu.tsx'
import { useTell } from '../ui/toasts.tsx'
import type { TransferActions } from './use-actions.ts'

export interface RowMenuProps {
  readonly row: Transfer
  readonly actions: TransferActions
  readonly tabIndex?: number
}

const icon = { size: 16, 'aria-hidden': true } as const

/** Everything that can be done with one transfer. */
export function RowMenu({ row, actions, tabIndex = 0 }: RowMenuProps): ReactNode {
  const { open } = useDialogs()
  const client = useClient()
  const tell = useTell()
  const copyLink = (): void =>
    void client
      .call('transfer', { params: { id: row.id } })
      .then(({ links, digests }) => actions.copy(links[0] ?? digests[0] ?? row.name), tell.failed)
  const isResting = row.state === 'paused' || row.state === 'trouble' || row.state === 'done'
  return (
    <Menu
      label={t('row.menu', { name: row.name })}
      icon={<EllipsisVertical size={18} aria-hidden />}
      tabIndex={tabIndex}
    >
      {isResting ? (
        <MenuItem icon={<Play {...icon} />} onSelect={() => actions.resume([row])} testId="menu-resume">
          {t('action.resume')}
        </MenuItem>
      ) : null}
      {row.state === 'paused' ? null : (
        <MenuItem icon={<Pause {...icon} />} onSelect={() => actions.pause([row])} testId="menu-pause">
          {t('action.pause')}
        </MenuItem>
      )}
      <MenuLine />
      <MenuItem icon={<Tag {...icon} />} onSelect={() => open({ kind: 'label', ids: [row.id], known: [row] })}>
        {t('action.label')}
      </MenuItem>
      <MenuItem icon={<Gauge {...icon} />} onSelect={() => open({ kind: 'limit', row })}>
        {t('action.limit')}
      </MenuItem>
      <MenuItem icon={<Pencil {...icon} />} onSelect={() => open({ kind: 'rename', row })}>
        {t('action.rename')}
      </MenuItem>
      <MenuItem icon={<FolderInput {...icon} />} onSelect={() => open({ kind: 'move', row })}>
        {t('action.move')}
      </MenuItem>
      <MenuChoice checked={row.sequential} onChange={(on) => actions.sequential(row, on)}>
        {t('action.sequential')}
      </MenuChoice>
      <MenuLine />
      <MenuItem icon={<ClipboardCopy {...icon} />} onSelect={copyLink}>
        {t('action.copyLink')}
      </MenuItem>
      <MenuItem icon={<RefreshCw {...icon} />} onSelect={() => actions.recheck([row])}>
        {t('action.recheck')}
      </MenuItem>
      <MenuLine />
      <MenuItem danger icon={<Trash2 {...icon} />} onSelect={() => actions.remove([row])} testId="menu-remove">
        {t('action.remove')}
      </MenuItem>
    </Menu>
  )
}
