import type { DeliveryView } from '@kith/api/deliveries.ts'
import { Smartphone } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

/** Beside those that wait or go; more of the past is of no use here. */
const mostOver = 5

/** What devices that speak LocalSend want to send here, and what is on its way to and from them. */
export function Deliveries(): ReactNode {
  const { data: all = [] } = useNear('deliveries')
  const asked = all.filter(isAsked)
  const others = all.filter((one) => !isAsked(one))
  const open = others.filter(isOpen)
  const over = others.filter((one) => !isOpen(one)).slice(-mostOver)
  return (
    <>
      <Rows title={t('nearby.gifts')} all={asked} />
      <Rows title={t('nearby.deliveries')} all={[...open, ...over]} />
    </>
  )
}

function Rows({ title, all }: { readonly title: string; readonly all: readonly DeliveryView[] }): ReactNode {
  if (all.length === 0) return null
  return (
    <Part title={title}>
      <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="deliveries">
        {all.map((one) => (
          <Row key={one.id} delivery={one} />
        ))}
      </ul>
    </Part>
  )
}

function Row({ delivery }: { readonly delivery: DeliveryView }): ReactNode {
  const { way, device, what, files, size: bytes, done, state, fault } = delivery
  const whom = t(way === 'in' ? 'nearby.giftFrom' : 'nearby.deliveryTo', { name: device.name })
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
      <Smartphone size={20} aria-hidden className="text-muted" />
      <span className="min-w-32 grow">
        <span className="block font-medium break-words">{what}</span>
        <span className="block text-muted">
          {whom} · {size(bytes)} · {t('nearby.files', { count: files })}
        </span>
        {isAsked(delivery) ? null : (
          <span className="block text-muted">
            {t(`nearby.delivery.${state}`)}
            {state === 'going' ? ` · ${t('nearby.deliveryOf', { done: size(done), size: size(bytes) })}` : ''}
            {fault === undefined ? '' : ` · ${fault.message}`}
          </span>
        )}
        {state === 'going' ? (
          <progress className="w-full" aria-label={what} max={Math.max(bytes, 1)} value={done} />
        ) : null}
      </span>
      <Buttons delivery={delivery} />
    </li>
  )
}

function Buttons({ delivery }: { readonly delivery: DeliveryView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { id, what: name } = delivery
  const answer = (yes: boolean): Promise<void> => client.call('answerDelivery', { params: { id }, body: { yes } })
  if (isAsked(delivery)) {
    return (
      <span className="flex gap-2">
        <Button
          kind="main"
          disabled={doing.isBusy}
          aria-label={t('nearby.deliveryTake', { name })}
          onClick={() => doing.run(() => answer(true), t('nearby.coming', { name }))}
        >
          {t('nearby.take')}
        </Button>
        <Button
          disabled={doing.isBusy}
          aria-label={t('nearby.deliveryRefuse', { name })}
          onClick={() => doing.run(() => answer(false))}
        >
          {t('nearby.refuse')}
        </Button>
      </span>
    )
  }
  if (!isOpen(delivery)) return null
  return (
    <Button
      disabled={doing.isBusy}
      aria-label={t('nearby.deliveryEnd', { name })}
      onClick={() => doing.run(() => client.call('cancelDelivery', { params: { id } }))}
    >
      {t('nearby.end')}
    </Button>
  )
}

function isAsked({ way, state }: DeliveryView): boolean {
  return way === 'in' && state === 'waiting'
}

function isOpen({ state }: DeliveryView): boolean {
  return state === 'waiting' || state === 'going'
}
