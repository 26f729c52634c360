import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Checkbox, Field, TextInput } from '../../ui/field.tsx'

/** A room of several devices that are paired. */
export function GatherDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const client = useClient()
  const navigate = useNavigate()
  const [title, setTitle] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const { data: devices = [], error } = useQuery({
    queryKey: ['near', 'devices'],
    queryFn: ({ signal }) => client.call('devices', { signal }),
  })
  const paired = devices.filter(({ standing }) => standing === 'paired')
  const make = useMutation({
    mutationFn: () => client.call('newRoom', { body: { title: title.trim(), people: chosen } }),
    async onSuccess({ id }) {
      onClose()
      await navigate({ to: '/talk', search: { room: id } })
    },
  })
  const isLacking = title.trim() === '' || chosen.length === 0
  return (
    <FormDialog
      title={t('talk.gather')}
      error={make.error ?? error}
      submit={{ label: t('talk.gatherMake'), disabled: isLacking || make.isPending }}
      onSubmit={() => make.mutate()}
      onClose={onClose}
    >
      <Field label={t('talk.gatherName')}>
        {(id) => <TextInput id={id} value={title} maxLength={80} onChange={({ target }) => setTitle(target.value)} />}
      </Field>
      <fieldset>
        <legend className="text-sm font-medium">{t('talk.gatherWho')}</legend>
        {paired.length === 0 ? <p className="text-sm text-muted">{t('talk.gatherNobody')}</p> : null}
        {paired.map(({ id, name }) => (
          <Checkbox
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onChange={({ target }) => setChosen(target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
          />
        ))}
      </fieldset>
    </FormDialog>
  )
}
