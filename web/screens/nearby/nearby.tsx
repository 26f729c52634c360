import { useQuery } from '@tanstack/react-query'
import { MonitorSmartphone } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Screen } from '../../shell/screen.tsx'
import { Tag } from '../../ui/badge.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'

/** Devices come and go by themselves. */
const againMs = 3_000

/** The devices near, and those that are paired. */
export function NearbyScreen(): ReactNode {
  const client = useClient()
  const { data: devices, error } = useQuery({
    queryKey: ['devices'],
    queryFn: ({ signal }) => client.call('devices', { signal }),
    refetchInterval: againMs,
  })
  return (
    <Screen title={t('nav.nearby')}>
      <FaultNote error={error} />
      {devices?.length === 0 ? (
        <Empty icon={<MonitorSmartphone size={36} aria-hidden />} title={t('nearby.none')}>
          {t('nearby.noneHint')}
        </Empty>
      ) : null}
      {devices === undefined || devices.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="devices">
          {devices.map((device) => (
            <li key={device.id} className="flex items-center gap-3 px-4 py-3 text-sm">
              <span className="min-w-0 grow truncate font-medium">{device.name}</span>
              {device.near ? null : <Tag>{t('nearby.away')}</Tag>}
              <span className="text-muted">{t(`nearby.${device.standing}`)}</span>
            </li>
          ))}
        </ul>
      )}
    </Screen>
  )
}
