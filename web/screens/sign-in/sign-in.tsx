import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Mark } from '../../shell/mark.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'

export interface SignInProps {
  readonly hasPassword: boolean
  readonly linkError: unknown
}

export function SignIn({ hasPassword, linkError }: SignInProps): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => client.call('signIn', { body: { password } }),
    onSuccess: (session) => queries.setQueryData(['session'], session),
  })
  return (
    <main className="flex h-full items-center justify-center overflow-y-auto p-4">
      <title>{t('app.title', { title: t('signIn.title') })}</title>
      <div className="w-full max-w-sm rounded-2xl border border-line bg-card p-6">
        <div className="mb-5 flex items-center gap-3">
          <Mark size={36} />
          <h1 className="text-lg font-semibold">{t('signIn.title')}</h1>
        </div>
        <FaultNote error={signIn.error ?? linkError} />
        {hasPassword ? (
          <form
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault()
              signIn.mutate()
            }}
          >
            <Field label={t('signIn.password')}>
              {(id) => (
                <TextInput
                  id={id}
                  type="password"
                  autoComplete="current-password"
                  required
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                  data-testid="sign-in-password"
                />
              )}
            </Field>
            <Button kind="main" type="submit" disabled={signIn.isPending} data-testid="sign-in-submit">
              {t('signIn.submit')}
            </Button>
          </form>
        ) : null}
        <p className="mt-4 text-sm text-muted">{hasPassword ? t('signIn.orLink') : t('signIn.link')}</p>
        <pre className="mt-2 rounded-lg border border-line bg-page px-3 py-2 text-sm">{t('signIn.command')}</pre>
      </div>
    </main>
  )
}
