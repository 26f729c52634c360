import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../api.ts'
import { t } from '../i18n/t.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogButtons } from '../ui/dialog.tsx'
import { FaultNote } from '../ui/fault-note.tsx'
import { Checkbox } from '../ui/field.tsx'
import { useTell } from '../ui/toasts.tsx'
import type { Row } from './use-actions.ts'

/** Removing asks first: what was deleted does not come back. */
export function RemoveDialog({
  rows,
  onClose,
}: {
  readonly rows: readonly Row[]
  readonly onClose: () => void
}): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [withFiles, setWithFiles] = useState(false)
  const remove = useMutation({
    mutationFn: () =>
      client.call('bulk', { body: { action: 'remove', ids: rows.map(({ id }) => id), files: withFiles } }),
    onSuccess(done) {
      onClose()
      tell.done(t('toast.removed', { count: done.length, name: rows[0]!.name }))
    },
  })
  return (
    <Dialog title={t('remove.title', { count: rows.length })} onClose={onClose}>
      <FaultNote error={remove.error} />
      <p className="text-sm break-words">{t('remove.goes', { count: rows.length, name: rows[0]!.name })}</p>
      <Checkbox
        label={t('remove.files')}
        checked={withFiles}
        data-testid="remove-files"
        onChange={(event) => setWithFiles(event.target.checked)}
      />
      <p className="text-sm text-muted">{withFiles ? t('remove.filesGone') : t('remove.filesStay')}</p>
      <DialogButtons>
        <Button onClick={onClose}>{t('dialog.cancel')}</Button>
        <Button
          kind="danger"
          data-first
          disabled={remove.isPending}
          onClick={() => remove.mutate()}
          data-testid="remove-confirm"
        >
          {withFiles ? t('remove.confirmFiles') : t('remove.confirm')}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
