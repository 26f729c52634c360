import type { DeviceView } from '@kith/api/near.ts'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { FolderField } from '../../add/folder-field.tsx'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Field, inputClass, TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { type Dropped, named } from './dropped.ts'
import { sendPath, toDevice, useSendFiles } from './use-send.ts'

/** Files of this browser, or of the daemon's machine, for a device whose person has to agree. */
export function SendDialog({
  device,
  onClose,
}: {
  readonly device: DeviceView
  readonly onClose: () => void
}): ReactNode {
  const { name, kind } = device
  const client = useClient()
  const tell = useTell()
  const [path, setPath] = useState('')
  const [pin, setPin] = useState('')
  const isDirect = kind === 'localsend'
  const [files, setFiles] = useState<readonly Dropped[]>([])
  const sendFiles = useSendFiles()
  const isReady = files.length > 0 || path.trim() !== ''
  const send = useMutation({
    mutationFn: () => sendPath(client, toDevice(device), path.trim(), pin.trim()),
    onSuccess() {
      onClose()
      tell.done(t(isDirect ? 'nearby.asking' : 'nearby.sent', { name }))
    },
  })
  return (
    <Dialog title={t('nearby.sendTo', { name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (files.length > 0) {
            // It takes as long as the files are, and is seen on the screen behind.
            onClose()
            void sendFiles(toDevice(device), files, pin.trim())
          } else if (isReady) send.mutate()
        }}
      >
        <FaultNote error={send.error} />
        <Field label={t('nearby.ownFiles')}>
          {(key) => (
            <input
              id={key}
              type="file"
              data-first
              multiple
              className={`${inputClass} py-1.5`}
              onChange={({ target }) => setFiles(named([...(target.files ?? [])]))}
            />
          )}
        </Field>
        {files.length > 0 ? null : (
          <div className="mt-3">
            <FolderField files label={t('nearby.orWhat')} value={path} onChange={setPath} />
          </div>
        )}
        {isDirect ? (
          <Field label={t('nearby.pin')} hint={t('nearby.pinHint')}>
            {(key) => (
              <TextInput id={key} value={pin} autoComplete="off" onChange={({ target }) => setPin(target.value)} />
            )}
          </Field>
        ) : null}
        <p className="mt-2 text-xs text-muted">{t(isDirect ? 'nearby.directHint' : 'nearby.sendHint', { name })}</p>
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit" disabled={!isReady || send.isPending}>
            {t('nearby.send')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
