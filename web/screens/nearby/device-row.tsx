import type { DeviceView } from '@kith/api/near.ts'
import { Link } from '@tanstack/react-router'
import { EllipsisVertical, FolderOpen, FolderTree, Send, Unlink } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Tag } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useDrop } from './use-drop.ts'
import { useDoing } from './use-near.ts'
import { toDevice, useSendFiles } from './use-send.ts'

/** One device: who it is, how it is reached, and what can be done with it. */
export function DeviceRow({ device }: { readonly device: DeviceView }): ReactNode {
  const { name, standing, addresses } = device
  const sendFiles = useSendFiles()
  const mayGet = standing === 'paired' || device.kind === 'localsend'
  const drop = useDrop(mayGet, (files) => void sendFiles(toDevice(device), files))
  const reach = device.relayed ? t('nearby.relayed') : (addresses[0] ?? '')
  return (
    <li
      {...drop.handlers}
      className={`flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm first:rounded-t-xl last:rounded-b-xl ${drop.isOver ? 'bg-hover outline-2 outline-accent' : ''}`}
      data-testid={`device-${name}`}
    >
      <span className="min-w-32 grow">
        <span className="flex items-center gap-2">
          <span className="min-w-0 truncate font-medium">{name}</span>
          {device.near ? null : <Tag>{t('nearby.away')}</Tag>}
        </span>
        <span className="block text-muted">
          {t(device.kind === undefined ? `nearby.${standing}` : 'nearby.localsend')}
          {reach === '' ? '' : ` · ${reach}`}
          {drop.isOver ? <span className="block text-accent">{t('nearby.dropOn', { name })}</span> : null}
        </span>
      </span>
      {standing === 'paired' ? <Paired device={device} /> : null}
      {standing === 'pairing' ? <Pairing device={device} /> : null}
      {standing === 'stranger' && device.kind === undefined ? <Stranger device={device} /> : null}
      {device.kind === 'localsend' ? <SendButton device={device} /> : null}
    </li>
  )
}

function Paired({ device }: { readonly device: DeviceView }): ReactNode {
  const client = useClient()
  const dialogs = useDialogs()
  const doing = useDoing()
  const { id, name } = device
  return (
    <span className="flex items-center gap-2">
      <SendButton device={device} />
      <Link
        to="/nearby/folders"
        search={{ device: id, name }}
        aria-label={t('nearby.foldersOf', { name })}
        title={t('nearby.foldersOf', { name })}
        className="touch inline-flex size-9 shrink-0 items-center justify-center rounded-lg text-muted hover:bg-hover hover:text-text"
      >
        <FolderTree size={18} aria-hidden />
      </Link>
      <IconButton
        label={t('nearby.shelfOf', { name })}
        icon={<FolderOpen size={18} aria-hidden />}
        onClick={() => dialogs.open({ kind: 'shelf', device })}
      />
      <Menu label={t('nearby.more', { name })} icon={<EllipsisVertical size={18} aria-hidden />}>
        <MenuItem
          danger
          icon={<Unlink size={16} aria-hidden />}
          onSelect={() =>
            doing.run(() => client.call('forgetDevice', { params: { id } }), t('nearby.forgotten', { name }))
          }
        >
          {t('nearby.forget')}
        </MenuItem>
      </Menu>
    </span>
  )
}

function SendButton({ device }: { readonly device: DeviceView }): ReactNode {
  const dialogs = useDialogs()
  return (
    <Button
      icon={<Send size={16} aria-hidden />}
      aria-label={t('nearby.sendTo', { name: device.name })}
      onClick={() => dialogs.open({ kind: 'sendTo', device })}
    >
      {t('nearby.send')}
    </Button>
  )
}

/** Two people compare the same six digits. */
function Pairing({ device }: { readonly device: DeviceView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { id, name, digits, yes } = device
  const accept = (lasting: boolean): void =>
    doing.run(() => client.call('acceptDevice', { params: { id }, body: { lasting } }))
  return (
    <span className="flex flex-wrap items-center gap-2">
      <output className="flex flex-wrap items-center gap-2">
        {digits === undefined ? (
          t('nearby.asking', { name })
        ) : (
          <>
            <span className="text-muted">{t('nearby.compare', { name })}</span>
            <span className="font-mono text-lg tracking-widest" data-testid="digits" aria-hidden>
              {digits}
            </span>
            {/* Six digits, and not a number. */}
            <span className="sr-only">{digits.replaceAll(/\B/g, ' ')}</span>
          </>
        )}
      </output>
      {digits === undefined ? null : (
        <>
          <Button kind="main" disabled={doing.isBusy || yes === 'here'} onClick={() => accept(true)}>
            {yes === 'here' ? t('nearby.waiting', { name }) : t('nearby.same')}
          </Button>
          {yes === 'here' ? null : (
            <Button disabled={doing.isBusy} onClick={() => accept(false)} title={t('nearby.onceHint')}>
              {t('nearby.once')}
            </Button>
          )}
        </>
      )}
      <Button
        disabled={doing.isBusy}
        aria-label={t('nearby.differentNamed', { name })}
        onClick={() => doing.run(() => client.call('forgetDevice', { params: { id } }))}
      >
        {t('nearby.different')}
      </Button>
    </span>
  )
}

function Stranger({ device }: { readonly device: DeviceView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { id, name } = device
  return (
    <Button
      disabled={doing.isBusy}
      aria-label={t('nearby.pairWith', { name })}
      onClick={() => doing.run(() => client.call('pair', { params: { id } }))}
    >
      {t('nearby.pair')}
    </Button>
  )
}
