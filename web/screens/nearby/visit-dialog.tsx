import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { FolderField } from '../../add/folder-field.tsx'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Checkbox, Field, TextInput } from '../../ui/field.tsx'

const hours = [1, 4, 24]
const HOUR_S = 3_600

/** A page where somebody without the app takes something, or leaves something. */
export function VisitDialog({
  offers,
  onClose,
}: {
  readonly offers: boolean
  readonly onClose: () => void
}): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const [path, setPath] = useState('')
  const [pin, setPin] = useState('')
  const [localsend, setLocalsend] = useState(false)
  const [length, setLength] = useState('1')
  const isLacking = offers && path.trim() === ''
  const make = useMutation({
    mutationFn: () =>
      client.call('openVisit', {
        body: {
          seconds: Number(length) * HOUR_S,
          ...(offers ? { path: path.trim() } : {}),
          ...(pin === '' ? {} : { pin, ...(offers && localsend ? { localsend } : {}) }),
        },
      }),
    onSuccess() {
      onClose()
      return queries.invalidateQueries({ queryKey: ['near'] })
    },
  })
  return (
    <FormDialog
      title={offers ? t('visit.offer') : t('visit.receive')}
      error={make.error}
      submit={{ label: t('visit.make'), disabled: isLacking || make.isPending }}
      onSubmit={() => make.mutate()}
      onClose={onClose}
    >
      {offers ? (
        <FolderField
          files
          label={t('nearby.what')}
          value={path}
          onChange={(next) => {
            make.reset()
            setPath(next)
          }}
        />
      ) : null}
      <Field label={t('visit.pin')} hint={t('visit.pinHint')}>
        {(id) => (
          <TextInput
            id={id}
            inputMode="numeric"
            autoComplete="off"
            pattern="\d{4,12}"
            maxLength={12}
            value={pin}
            onChange={(event) => setPin(event.target.value)}
          />
        )}
      </Field>
      {offers && pin !== '' ? (
        <Checkbox
          label={t('visit.localsend')}
          checked={localsend}
          onChange={({ target }) => setLocalsend(target.checked)}
        />
      ) : null}
      <Choice
        label={t('nearby.forTime')}
        value={length}
        options={hours.map((each) => [String(each), t('nearby.hours', { count: each })])}
        onChange={setLength}
      />
      <p className="text-sm text-muted">{t('visit.whoHasIt')}</p>
    </FormDialog>
  )
}
