import type { GiftView } from '@kith/api/near.ts'
import { Gift } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

/** What devices want to send here, and waits for a yes. */
export function Gifts(): ReactNode {
  const { data: gifts = [] } = useNear('gifts')
  // Whoever listens hears of each that comes.
  return (
    <div aria-live="polite" aria-relevant="additions">
      {gifts.length === 0 ? null : (
        <Part title={t('nearby.gifts')}>
          <GiftRows gifts={gifts} />
        </Part>
      )}
    </div>
  )
}

export function GiftRows({ gifts }: { readonly gifts: readonly GiftView[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  return (
    <ul className="divide-y divide-line rounded-xl border border-accent bg-card" data-testid="gifts">
      {gifts.map(({ id, name, from, files, size: bytes }) => (
        <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
          <Gift size={20} aria-hidden className="text-accent" />
          <span className="min-w-32 grow">
            <span className="block font-medium break-words">{name}</span>
            <span className="block text-muted">
              {t('nearby.giftFrom', { name: from.name })} · {size(bytes)} · {t('nearby.files', { count: files })}
            </span>
          </span>
          <span className="flex gap-2">
            <Button
              kind="main"
              disabled={doing.isBusy}
              aria-label={t('nearby.deliveryTake', { name })}
              onClick={() =>
                doing.run(() => client.call('takeGift', { params: { id }, body: {} }), t('nearby.taken', { name }))
              }
            >
              {t('nearby.take')}
            </Button>
            <Button
              disabled={doing.isBusy}
              aria-label={t('nearby.deliveryRefuse', { name })}
              onClick={() => doing.run(() => client.call('refuseGift', { params: { id } }))}
            >
              {t('nearby.refuse')}
            </Button>
          </span>
        </li>
      ))}
    </ul>
  )
}
