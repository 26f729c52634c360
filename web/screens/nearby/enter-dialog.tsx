import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { Scan } from '../../scan/scan.tsx'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** Pairs by somebody's invitation, or looks who is at an address. */
export function EnterDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const tell = useTell()
  const [text, setText] = useState('')
  const given = text.trim()
  const enter = useMutation({
    mutationFn: () =>
      /^kith:/i.test(given)
        ? client.call('openInvitation', { body: { link: given } })
        : client.call('meet', { body: { address: given } }),
    onSuccess({ name, standing }) {
      onClose()
      tell.done(standing === 'paired' ? t('nearby.isPaired', { name }) : t('nearby.isMet', { name }))
      return queries.invalidateQueries({ queryKey: ['near'] })
    },
  })
  return (
    <Dialog title={t('nearby.enter')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (given !== '') enter.mutate()
        }}
      >
        <FaultNote error={enter.error} />
        <Field label={t('nearby.link')} hint={t('nearby.linkHint')}>
          {(id) => (
            <TextArea
              id={id}
              data-first
              rows={4}
              spellCheck={false}
              value={text}
              onChange={(event) => {
                enter.reset()
                setText(event.target.value)
              }}
            />
          )}
        </Field>
        <Scan
          onFound={(read) => {
            enter.reset()
            setText(read)
          }}
        />
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit" disabled={given === '' || enter.isPending}>
            {t('nearby.connect')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
