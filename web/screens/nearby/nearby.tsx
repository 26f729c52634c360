import { Link2, MonitorSmartphone, QrCode } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { Screen } from '../../shell/screen.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Deliveries } from './deliveries.tsx'
import { DeviceRow } from './device-row.tsx'
import { Games } from './games.tsx'
import { Gifts } from './gifts.tsx'
import { Internet } from './internet.tsx'
import { Over } from './over.tsx'
import { Part } from './part.tsx'
import { Printers } from './printers.tsx'
import { Segments } from './segments.tsx'
import { Uploads } from './uploads.tsx'
import { Visits } from './visits.tsx'
import { useNear } from './use-near.ts'

/** The devices near, and those that are paired: what they give, and what is given to them. */
export function NearbyScreen(): ReactNode {
  const dialogs = useDialogs()
  const { data: devices, error } = useNear('devices')
  const isAlone = devices?.length === 0
  return (
    <Screen title={t('nav.nearby')}>
      <div className="mb-4 flex flex-wrap items-center gap-2">
        <Button icon={<QrCode size={16} aria-hidden />} onClick={() => dialogs.open({ kind: 'invite' })}>
          {t('nearby.invite')}
        </Button>
        <Button icon={<Link2 size={16} aria-hidden />} onClick={() => dialogs.open({ kind: 'enter' })}>
          {t('nearby.enter')}
        </Button>
      </div>
      <FaultNote error={error} />
      <Over />
      <Gifts />
      <Uploads />
      <Deliveries />
      {isAlone ? (
        <Empty icon={<MonitorSmartphone size={36} aria-hidden />} title={t('nearby.none')}>
          {t('nearby.noneHint')}
        </Empty>
      ) : null}
      {devices === undefined || isAlone ? null : (
        <Part title={t('nearby.devices')}>
          <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="devices">
            {devices.toSorted(byStanding).map((device) => (
              <DeviceRow key={device.id} device={device} />
            ))}
          </ul>
        </Part>
      )}
      <Visits />
      <Printers devices={devices ?? []} />
      <Internet devices={devices ?? []} />
      <Games devices={devices ?? []} />
      <Segments devices={devices ?? []} />
      <p className="mt-6 max-w-prose text-sm text-muted">{t('nearby.nothingOffered')}</p>
    </Screen>
  )
}

const order = { pairing: 0, paired: 1, stranger: 2 } as const

function byStanding(
  one: { readonly standing: keyof typeof order; readonly name: string },
  other: { readonly standing: keyof typeof order; readonly name: string },
): number {
  return order[one.standing] - order[other.standing] || one.name.localeCompare(other.name)
}
