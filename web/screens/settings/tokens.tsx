import type { Scope } from '@kith/api/status.ts'
import { scopes } from '@kith/api/status.ts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { ago } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Tag } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Checkbox, Field, TextInput } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { Secret } from './secret.tsx'

/** Keys for other programs, each for what it may do. */
export function Tokens(): ReactNode {
  const client = useClient()
  const queries = useQueryClient()
  const tell = useTell()
  const [name, setName] = useState('')
  const [now] = useState(() => Date.now())
  const [chosen, setChosen] = useState<readonly Scope[]>(['view'])
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => client.call('tokens', { signal }) })
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: ['tokens'] })
  const make = useMutation({
    mutationFn: () => client.call('newToken', { body: { name: name.trim(), scopes: chosen } }),
    async onSuccess() {
      setName('')
      await again()
    },
  })
  const remove = useMutation({
    mutationFn: (id: string) => client.call('removeToken', { params: { id } }),
    async onSuccess() {
      tell.done(t('tokens.removed'))
      await again()
    },
    onError: tell.failed,
  })
  return (
    <div className="py-4">
      <h3 className="text-sm font-medium">{t('tokens.title')}</h3>
      <p className="text-sm text-muted">{t('tokens.hint')}</p>
      <FaultNote error={make.error ?? tokens.error} />
      <ul className="my-2 divide-y divide-line">
        {tokens.data?.map((token) => (
          <li key={token.id} className="flex items-center gap-2 py-1 text-sm">
            <div className="flex min-w-0 grow flex-wrap items-center gap-2">
              <span className="font-medium break-all">{token.name}</span>
              {token.scopes.map((scope) => (
                <Tag key={scope}>{t(`scope.${scope}`)}</Tag>
              ))}
              <span className="text-xs text-muted">
                {token.usedAt === undefined
                  ? t('tokens.neverUsed')
                  : t('tokens.used', { time: ago(token.usedAt, now) })}
              </span>
            </div>
            <IconButton
              label={t('tokens.remove', { name: token.name })}
              icon={<Trash2 size={16} aria-hidden />}
              onClick={() => remove.mutate(token.id)}
            />
          </li>
        ))}
      </ul>
      <form
        className="flex flex-col gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '' && chosen.length > 0) make.mutate()
        }}
      >
        <Field label={t('tokens.name')}>
          {(id) => <TextInput id={id} maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <fieldset className="flex flex-wrap gap-x-5">
          <legend className="text-sm font-medium">{t('tokens.scopes')}</legend>
          {scopes.map((scope) => (
            <Checkbox
              key={scope}
              label={t(`scope.${scope}`)}
              checked={chosen.includes(scope)}
              onChange={(event) =>
                setChosen(event.target.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))
              }
            />
          ))}
        </fieldset>
        <div>
          <Button
            type="submit"
            icon={<KeyRound size={16} aria-hidden />}
            disabled={name.trim() === '' || chosen.length === 0 || make.isPending}
          >
            {t('tokens.make')}
          </Button>
        </div>
      </form>
      {make.data === undefined ? null : (
        <Secret label={t('tokens.made', { name: make.data.token.name })} text={make.data.secret} />
      )}
    </div>
  )
}
