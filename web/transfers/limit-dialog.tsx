import type { Transfer } from '@kith/api/transfers.ts'
import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../api.ts'
import { t } from '../i18n/t.ts'
import { Field, TextInput } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useTell } from '../ui/toasts.tsx'

/** The fields count in thousands of bytes per second. */
const thousand = 1000

/** The limits of one transfer; empty is none. */
export function LimitDialog({ row, onClose }: { readonly row: Transfer; readonly onClose: () => void }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [down, setDown] = useState(shown(row.downLimit))
  const [up, setUp] = useState(shown(row.upLimit))
  const save = useMutation({
    mutationFn: () =>
      client.call('changeTransfer', { params: { id: row.id }, body: { downLimit: meant(down), upLimit: meant(up) } }),
    onSuccess() {
      onClose()
      tell.done(t('limit.saved', { name: row.name }))
    },
  })
  return (
    <FormDialog
      title={t('limit.title', { name: row.name })}
      error={save.error}
      submit={{ label: t('dialog.save'), disabled: save.isPending }}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <Field label={t('limit.down')} hint={t('limit.hint')}>
        {(id) => <RateInput id={id} value={down} onChange={setDown} />}
      </Field>
      <Field label={t('limit.up')} hint={t('limit.hint')}>
        {(id) => <RateInput id={id} value={up} onChange={setUp} />}
      </Field>
    </FormDialog>
  )
}

function RateInput({
  id,
  value,
  onChange,
}: {
  readonly id: string
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactNode {
  return (
    <TextInput
      id={id}
      type="number"
      min={0}
      step="any"
      inputMode="decimal"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

function shown(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined ? '' : String(bytesPerSecond / thousand)
}

function meant(text: string): number | null {
  const number = Number(text)
  return text.trim() === '' || !(number > 0) ? null : Math.round(number * thousand)
}
