import type { Transfer } from '@kith/api/transfers.ts'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { FolderField } from '../add/folder-field.tsx'
import { useClient } from '../api.ts'
import { t } from '../i18n/t.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useTell } from '../ui/toasts.tsx'

export interface PlaceDialogProps {
  readonly row: Transfer
  readonly onClose: () => void
}

/** Another name for the file or folder. */
export function RenameDialog({ row, onClose }: PlaceDialogProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [name, setName] = useState(row.name)
  const save = useMutation({
    mutationFn: (to: string) => client.call('rename', { params: { id: row.id }, body: { name: to } }),
    onSuccess() {
      onClose()
      const undo = (): void =>
        void client.call('rename', { params: { id: row.id }, body: { name: row.name } }).catch(tell.failed)
      tell.done(t('rename.done', { name }), { label: t('toast.undo'), run: undo })
    },
  })
  return (
    <FormDialog
      title={t('rename.title')}
      error={save.error}
      submit={{ label: t('dialog.save'), disabled: save.isPending }}
      onSubmit={() => {
        if (name.trim() !== '') save.mutate(name)
      }}
      onClose={onClose}
    >
      <Field label={t('rename.name')}>
        {(id) => (
          <TextInput
            id={id}
            data-first
            maxLength={255}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  )
}

/** Another folder for its files, which go along. */
export function MoveDialog({ row, onClose }: PlaceDialogProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [folder, setFolder] = useState(row.directory)
  const save = useMutation({
    mutationFn: () => client.call('move', { params: { id: row.id }, body: { directory: folder.trim() } }),
    onSuccess() {
      onClose()
      tell.done(t('move.done', { name: row.name, folder }))
    },
  })
  return (
    <FormDialog
      title={t('move.title', { name: row.name })}
      error={save.error}
      submit={{ label: save.isPending ? t('move.moving') : t('move.submit'), disabled: save.isPending }}
      onSubmit={() => {
        if (folder.trim() !== '') save.mutate()
      }}
      onClose={onClose}
    >
      <FolderField label={t('move.folder')} value={folder} onChange={setFolder} />
    </FormDialog>
  )
}
