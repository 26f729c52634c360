import type { GatewayView } from '@kith/api/gateways.ts'
import { useMutation } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../api.ts'
import { ago } from '../format.ts'
import { hasText, t } from '../i18n/t.ts'
import { Tag } from '../ui/badge.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { FaultNote } from '../ui/fault-note.tsx'
import { Field, TextInput } from '../ui/field.tsx'
import { useTell } from '../ui/toasts.tsx'

export interface GatewaysProps {
  readonly id: string
  readonly gateways: readonly GatewayView[]
}

/** Trackers and the like that tell who else has it. */
export function Gateways({ id, gateways }: GatewaysProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [address, setAddress] = useState('')
  const add = useMutation({
    mutationFn: (to: string) => client.call('addGateway', { params: { id }, body: { address: to } }),
    onSuccess: () => setAddress(''),
  })
  const remove = (of: string): void =>
    void client
      .call('removeGateway', { params: { id }, query: { address: of } })
      .then(() => tell.done(t('gateway.removed'), { label: t('toast.undo'), run: () => add.mutate(of) }), tell.failed)
  return (
    <section className="mt-5">
      <h3 className="text-sm font-semibold">{t('gateway.title')}</h3>
      <ul className="mt-1 divide-y divide-line">
        {gateways.map((gateway) => (
          <li key={gateway.address} className="flex items-center gap-2 py-1 text-sm">
            <div className="min-w-0 grow">
              <p className="flex flex-wrap items-center gap-2 break-all">
                {gateway.address}
                <Tag tone={gateway.state === 'failed' ? 'warn' : 'plain'}>{t(`gateway.${gateway.state}`)}</Tag>
                <Kind kind={gateway.kind} />
              </p>
              <p className="text-xs break-words text-muted">{words(gateway)}</p>
            </div>
            <IconButton
              label={t('gateway.remove', { address: gateway.address })}
              icon={<Trash2 size={16} aria-hidden />}
              onClick={() => remove(gateway.address)}
            />
          </li>
        ))}
      </ul>
      <form
        className="mt-2 flex max-w-xl items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (address.trim() !== '') add.mutate(address.trim())
        }}
      >
        <div className="grow">
          <FaultNote error={add.error} />
          <Field label={t('gateway.address')}>
            {(field) => (
              <TextInput
                id={field}
                value={address}
                maxLength={2048}
                spellCheck={false}
                placeholder={t('gateway.example')}
                onChange={(event) => setAddress(event.target.value)}
              />
            )}
          </Field>
        </div>
        <Button type="submit" icon={<Plus size={16} aria-hidden />} disabled={add.isPending}>
          {t('gateway.add')}
        </Button>
      </form>
    </section>
  )
}

function Kind({ kind }: { readonly kind: string }): ReactNode {
  const key = `gateway.kind.${kind}`
  return hasText(key) ? <Tag>{t(key)}</Tag> : null
}

function words({ note, fault, nextAt }: GatewayView): string {
  const next = nextAt === undefined || nextAt < Date.now() ? '' : t('gateway.next', { time: ago(nextAt, Date.now()) })
  return [fault?.message ?? '', fault?.hint ?? '', note ?? '', next].filter((part) => part !== '').join(' · ')
}
