import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { FolderField } from '../../add/folder-field.tsx'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Checkbox, Field, TextArea, TextInput } from '../../ui/field.tsx'

/** A file or folder of the daemon's machine that is to be given to others. */
export function PublishDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient()
  const navigate = useNavigate()
  const [path, setPath] = useState('')
  const [trackers, setTrackers] = useState('')
  const [comment, setComment] = useState('')
  const [isPrivate, setPrivate] = useState(false)
  const publish = useMutation({
    mutationFn() {
      const tiers = trackers.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/\s+/)]))
      return client.call('publish', {
        body: {
          path: path.trim(),
          ...(tiers.length === 0 ? {} : { gateways: tiers }),
          ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
          ...(isPrivate ? { private: true } : {}),
        },
      })
    },
    onSuccess() {
      onClose()
      void navigate({ to: '/library' })
    },
  })
  return (
    <Dialog title={t('publish.open')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (path.trim() !== '') publish.mutate()
        }}
      >
        <FaultNote error={publish.error} />
        <FolderField
          files
          label={t('publish.path')}
          value={path}
          onChange={(next) => {
            // What was wrong with the former one says nothing of this.
            publish.reset()
            setPath(next)
          }}
        />
        <Field label={t('publish.trackers')} hint={t('publish.trackersHint')}>
          {(id) => (
            <TextArea
              id={id}
              rows={3}
              spellCheck={false}
              value={trackers}
              onChange={(event) => setTrackers(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('publish.comment')}>
          {(id) => (
            <TextInput
              id={id}
              maxLength={10_000}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
        <Checkbox
          label={t('publish.private')}
          checked={isPrivate}
          onChange={(event) => setPrivate(event.target.checked)}
        />
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit" disabled={path.trim() === '' || publish.isPending}>
            {t('publish.submit')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
