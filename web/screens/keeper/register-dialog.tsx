import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Field, Select, TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'

export interface RegisterDialogProps {
  readonly network: string
  readonly ranks: readonly string[]
  readonly onClose: () => void
}

/** Gives a nick to whoever knows the password. */
export function RegisterDialog({ network, ranks, onClose }: RegisterDialogProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const queries = useQueryClient()
  const [nick, setNick] = useState('')
  const [password, setPassword] = useState('')
  const [rank, setRank] = useState(ranks[0] ?? '')
  const [error, setError] = useState<unknown>()
  return (
    <Dialog title={t('keeper.register')} onClose={onClose}>
      <FaultNote error={error} />
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          client.call('register', { params: { id: network, nick: nick.trim() }, body: { password, rank } }).then(() => {
            tell.done(t('keeper.registeredNick', { nick: nick.trim() }))
            onClose()
            return queries.invalidateQueries({ queryKey: ['registrations', network] })
          }, setError)
        }}
      >
        <Field label={t('keeper.nick')}>
          {(id) => (
            <TextInput
              id={id}
              data-first
              data-testid="register-nick"
              required
              value={nick}
              maxLength={64}
              onChange={(event) => setNick(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('keeper.password')} hint={t('keeper.passwordHint')}>
          {(id) => (
            <TextInput
              id={id}
              type="password"
              autoComplete="new-password"
              data-testid="register-password"
              required
              value={password}
              maxLength={128}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('keeper.rank')}>
          {(id) => (
            <Select id={id} value={rank} onChange={(event) => setRank(event.target.value)}>
              {ranks.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button kind="main" type="submit" data-testid="register-confirm">
            {t('dialog.save')}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
