import type { Transfer } from '@kith/api/transfers.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { t } from '../i18n/t.ts'
import { FormDialog } from '../ui/form-dialog.tsx'
import { LabelField } from './label-field.tsx'
import { useTransferActions } from './use-actions.ts'

export interface LabelDialogProps {
  readonly ids: readonly string[]
  readonly known: readonly Transfer[]
  readonly onClose: () => void
}

/** One label for all that is chosen; empty takes it away. */
export function LabelDialog({ ids, known, onClose }: LabelDialogProps): ReactNode {
  const actions = useTransferActions()
  const [label, setLabel] = useState(known[0]?.label ?? '')
  return (
    <FormDialog
      title={t('label.title', { count: ids.length })}
      error={null}
      submit={{ label: t('dialog.save') }}
      onSubmit={() => {
        const before = known.length === ids.length ? new Map(known.map((row) => [row.id, row.label])) : undefined
        actions.label(ids, label.trim() === '' ? undefined : label.trim(), before)
        onClose()
      }}
      onClose={onClose}
    >
      <LabelField first label={t('label.name')} hint={t('label.hint')} value={label} onChange={setLabel} />
    </FormDialog>
  )
}
