import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
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
    <Dialog title={t('talk.gather')} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isLacking) make.mutate()
        }}
      >
        <FaultNote error={make.error ?? error} />
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
              onChange={({ target }) =>
                setChosen(target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
              }
            />
          ))}
        </fieldset>
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit" disabled={isLacking || make.isPending}>
            {t('talk.gatherMake')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
