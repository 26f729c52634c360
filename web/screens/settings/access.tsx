import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link2, LogOut } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Button } from '../../ui/button.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { Secret } from './secret.tsx'
import { Tokens } from './tokens.tsx'

/** Who may come in: the password, one-time links, and tokens of other programs. */
export function Access(): ReactNode {
  return (
    <section aria-labelledby="group-access" className="mb-6">
      <h2 id="group-access" className="mb-2 text-base font-semibold">
        {t('access.title')}
      </h2>
      <div className="divide-y divide-line rounded-xl border border-line bg-card px-4">
        <Password />
        <Tokens />
        <OneTimeLink />
        <SignOut />
      </div>
    </section>
  )
}

function Password(): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { value: status } = useLive({ view: 'status' })
  const [password, setPassword] = useState('')
  const save = useMutation({
    mutationFn: (to: string) => client.call('setPassword', { body: { password: to } }),
    onSuccess(_nothing, to) {
      setPassword('')
      tell.done(to === '' ? t('access.passwordGone') : t('access.passwordSet'))
    },
  })
  return (
    <form
      className="py-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (password !== '') save.mutate(password)
      }}
    >
      <FaultNote error={save.error} />
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-56 grow">
          <Field
            label={t('access.password')}
            hint={status?.password === true ? t('access.hasPassword') : t('access.noPassword')}
          >
            {(id) => (
              <TextInput
                id={id}
                type="password"
                autoComplete="new-password"
                maxLength={1000}
                value={password}
                data-testid="access-password"
                onChange={(event) => setPassword(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className="flex gap-2 pb-5">
          <Button type="submit" disabled={password === '' || save.isPending}>
            {status?.password === true ? t('access.changePassword') : t('access.setPassword')}
          </Button>
          {status?.password === true ? (
            <Button onClick={() => save.mutate('')} disabled={save.isPending}>
              {t('access.removePassword')}
            </Button>
          ) : null}
        </div>
      </div>
    </form>
  )
}

function OneTimeLink(): ReactNode {
  const client = useClient()
  const make = useMutation({ mutationFn: () => client.call('link') })
  return (
    <div className="py-4">
      <FaultNote error={make.error} />
      <p className="mb-2 text-sm text-muted">{t('access.linkHint')}</p>
      <Button icon={<Link2 size={16} aria-hidden />} onClick={() => make.mutate()}>
        {t('access.link')}
      </Button>
      {make.data === undefined ? null : <Secret label={t('access.linkMade')} text={make.data.url} />}
    </div>
  )
}

function SignOut(): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const tell = useTell()
  return (
    <div className="py-4">
      <Button
        icon={<LogOut size={16} aria-hidden />}
        data-testid="sign-out"
        onClick={() =>
          void client.call('signOut').then(() => queries.invalidateQueries({ queryKey: ['session'] }), tell.failed)
        }
      >
        {t('access.signOut')}
      </Button>
    </div>
  )
}
