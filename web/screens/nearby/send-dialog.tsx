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
import { Field, TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** A file or folder of the daemon's machine for a device, whose person has to agree. */
export function SendDialog({
  device: { id, name, kind },
  onClose,
}: {
  readonly device: DeviceView
  readonly onClose: () => void
}): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [path, setPath] = useState('')
  const [pin, setPin] = useState('')
  const isDirect = kind === 'localsend'
  const send = useMutation({
    async mutationFn() {
      const what = path.trim()
      if (!isDirect) return void (await client.call('send', { body: { path: what, to: [id] } }))
      await client.call('deliver', { body: { path: what, to: id, ...(pin.trim() === '' ? {} : { pin: pin.trim() }) } })
    },
    onSuccess() {
      onClose()
      tell.done(t(isDirect ? 'nearby.asked' : 'nearby.sent', { name }))
    },
  })
  return (
    <Dialog title={t('nearby.sendTo', { name })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (path.trim() !== '') send.mutate()
        }}
      >
        <FaultNote error={send.error} />
        <FolderField files label={t('nearby.what')} value={path} onChange={setPath} />
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
          <Button kind="main" type="submit" disabled={path.trim() === '' || send.isPending}>
            {t('nearby.send')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
