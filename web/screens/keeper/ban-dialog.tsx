import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { wholeDuration } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'

export interface BanDialogProps {
  readonly network: string
  readonly nick?: string
  readonly address?: string
  readonly onClose: () => void
}

/** Seconds; for ever is 0. */
const times = [600, 3_600, 86_400, 7 * 86_400, 30 * 86_400, 0] as const

/** Keeps somebody away, by nick, address or both, for a while, and tells them why. */
export function BanDialog({ network, nick = '', address = '', onClose }: BanDialogProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const queries = useQueryClient()
  const [who, setWho] = useState({ nick, address: '' })
  const [reason, setReason] = useState('')
  const [seconds, setSeconds] = useState<number>(86_400)
  const [error, setError] = useState<unknown>()
  const submit = (): void => {
    const body = {
      ...(who.nick.trim() === '' ? {} : { nick: who.nick.trim() }),
      ...(who.address.trim() === '' ? {} : { address: who.address.trim() }),
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      ...(seconds === 0 ? {} : { seconds }),
    }
    client.call('exclude', { params: { id: network }, body }).then(() => {
      tell.done(t('keeper.banned', { name: who.nick.trim() || who.address.trim() }))
      onClose()
      return Promise.all(
        ['visitors', 'exclusions'].map((name) => queries.invalidateQueries({ queryKey: [name, network] })),
      )
    }, setError)
  }
  return (
    <FormDialog
      title={t('keeper.newBan')}
      error={error}
      submit={{ label: t('keeper.ban'), kind: 'danger', testId: 'ban-confirm' }}
      onSubmit={() => submit()}
      onClose={onClose}
    >
      <Field label={t('keeper.nick')}>
        {(id) => (
          <TextInput
            id={id}
            data-first
            value={who.nick}
            maxLength={64}
            onChange={(event) => setWho({ ...who, nick: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={t('keeper.address')}
        hint={address === '' ? t('keeper.addressHint') : t('keeper.addressNow', { address })}
      >
        {(id) => (
          <TextInput
            id={id}
            value={who.address}
            maxLength={64}
            placeholder={address}
            onChange={(event) => setWho({ ...who, address: event.target.value })}
          />
        )}
      </Field>
      <Field label={t('keeper.reason')} hint={t('keeper.reasonHint')}>
        {(id) => (
          <TextInput
            id={id}
            data-testid="ban-reason"
            value={reason}
            maxLength={256}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('keeper.howLong')}>
        {(id) => (
          <Select id={id} value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
            {times.map((time) => (
              <option key={time} value={time}>
                {time === 0 ? t('keeper.forEver') : wholeDuration(time)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </FormDialog>
  )
}
