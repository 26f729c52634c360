import type { Transfer } from '@kith/api/transfers.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { t } from '../i18n/t.ts'
import { useLive } from '../live/use-live.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogButtons } from '../ui/dialog.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { useTransferActions } from './use-actions.ts'

export interface LabelDialogProps {
  readonly ids: readonly string[]
  readonly known: readonly Transfer[]
  readonly onClose: () => void
}

const noRows = { view: 'transfers', query: { count: 0 } } as const

/** One label for all that is chosen; empty takes it away. */
export function LabelDialog({ ids, known, onClose }: LabelDialogProps): ReactNode {
  const actions = useTransferActions()
  const { value: list } = useLive(noRows)
  const [label, setLabel] = useState(known[0]?.label ?? '')
  return (
    <Dialog title={t('label.title', { count: ids.length })} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          const before = known.length === ids.length ? new Map(known.map((row) => [row.id, row.label])) : undefined
          actions.label(ids, label.trim() === '' ? undefined : label.trim(), before)
          onClose()
        }}
      >
        <Field label={t('label.name')} hint={t('label.hint')}>
          {(id) => (
            <>
              <TextInput
                id={id}
                list={`${id}-labels`}
                data-first
                maxLength={100}
                value={label}
                onChange={(event) => setLabel(event.target.value)}
              />
              <datalist id={`${id}-labels`}>
                {Object.keys(list?.labels ?? {}).map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit">
            {t('dialog.save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
