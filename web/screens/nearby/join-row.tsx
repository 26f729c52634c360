import type { NamedDevice } from '@kith/api/near.ts'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { NearRow } from './near-row.tsx'
import { useDoing } from './use-near.ts'

/** Something of another device that may be joined. */
export function JoinRow({
  icon,
  title,
  device,
  join,
}: {
  readonly icon: ReactNode
  readonly title: string
  readonly device: NamedDevice
  readonly join: () => Promise<unknown>
}): ReactNode {
  const doing = useDoing()
  return (
    <NearRow icon={icon} title={t('nearby.thingOf', { title, name: device.name })}>
      <Button disabled={doing.isBusy} aria-label={t('nearby.joinNamed', { title })} onClick={() => doing.run(join)}>
        {t('nearby.join')}
      </Button>
    </NearRow>
  )
}
