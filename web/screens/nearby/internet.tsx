import type { BorrowedInternetView, InternetLoanView } from '@kith/api/internet.ts'
import type { DeviceView } from '@kith/api/near.ts'
import { Globe } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { moment, rate, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Switch } from '../../ui/field.tsx'
import { LendForm } from './lend-form.tsx'
import { nearList, NearRow } from './near-row.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

/** The internet connection: whose we use, and who uses ours. */
export function Internet({ devices }: { readonly devices: readonly DeviceView[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const paired = devices.filter(({ standing }) => standing === 'paired')
  const { data: internet } = useNear('internet')
  const { data: nearby = [] } = useNear('nearbyInternet')
  if (internet === undefined || paired.length === 0) return null
  const { lending, loans, asks, borrowed } = internet
  const free = nearby.filter(({ device }) => !borrowed.some((one) => one.device.id === device.id))
  return (
    <Part title={t('nearby.internet')}>
      <div className="mb-3 flex items-center gap-3 text-sm">
        <Switch
          label={t('nearby.lending')}
          checked={lending}
          disabled={doing.isBusy}
          onChange={(on) => doing.run(() => client.call('lendInternet', { body: { on } }))}
        />
        <span>{lending ? t('nearby.lendingOn') : t('nearby.lendingOff')}</span>
      </div>
      <ul
        className={loans.length + asks.length + borrowed.length + free.length === 0 ? 'hidden' : nearList}
        data-testid="internet"
      >
        {asks.map(({ id, name }) => (
          <NearRow key={`ask ${id}`} title={t('nearby.internetAsked', { name })} note={t('nearby.internetAskedHint')}>
            <Button
              disabled={doing.isBusy}
              aria-label={t('nearby.deliveryRefuse', { name })}
              onClick={() => doing.run(() => client.call('refuseInternet', { params: { id } }))}
            >
              {t('nearby.refuse')}
            </Button>
          </NearRow>
        ))}
        {loans.map((loan) => (
          <Loan key={`loan ${loan.device.id}`} loan={loan} />
        ))}
        {borrowed.map((one) => (
          <Borrowed key={`borrowed ${one.device.id}`} one={one} />
        ))}
        {free.map(({ device: { id, name } }) => (
          <NearRow
            key={`free ${id}`}
            icon={<Globe size={20} aria-hidden className="text-muted" />}
            title={t('nearby.internetOf', { name })}
          >
            <Button
              disabled={doing.isBusy}
              aria-label={t('nearby.useNamed', { name })}
              onClick={() => doing.run(() => client.call('useInternet', { body: { device: id } }))}
            >
              {t('nearby.use')}
            </Button>
          </NearRow>
        ))}
      </ul>
      <LendForm paired={paired} />
    </Part>
  )
}

/** What has gone over it. */
function meter(down: number, up: number): string {
  return t('nearby.meter', { down: size(down), up: size(up) })
}

function Loan({ loan }: { readonly loan: InternetLoanView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { device, state, down, up, volume, until, downLimit, allowed, refused, home } = loan
  const ends = [
    ...(volume === undefined ? [] : [t('nearby.ofVolume', { size: size(volume) })]),
    ...(until === undefined ? [] : [t('nearby.untilTime', { time: moment(until) })]),
    ...(downLimit === undefined ? [] : [t('nearby.noFaster', { rate: rate(downLimit) })]),
    ...(allowed.length === 0 ? [] : [t('nearby.onlyTo', { list: allowed.join(', ') })]),
    ...(refused.length === 0 ? [] : [t('nearby.notTo', { list: refused.join(', ') })]),
    ...(home ? [t('nearby.homeToo')] : []),
  ]
  return (
    <NearRow
      title={t('nearby.lentTo', { name: device.name })}
      note={[t(`nearby.loan.${state}`), meter(down, up), ...ends].join(' · ')}
    >
      <Button
        disabled={doing.isBusy}
        aria-label={t('nearby.takeBackNamed', { name: device.name })}
        onClick={() => doing.run(() => client.call('takeBackInternet', { params: { id: device.id } }))}
      >
        {t('nearby.takeBack')}
      </Button>
    </NearRow>
  )
}

function Borrowed({ one }: { readonly one: BorrowedInternetView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { device, proxy, state, whole, v6, down, up } = one
  return (
    <NearRow
      icon={<Globe size={20} aria-hidden className="text-accent" />}
      title={t('nearby.internetOf', { name: device.name })}
      note={
        <>
          {[t(`nearby.borrowed.${state}`), t('nearby.proxy', { address: proxy }), meter(down, up)].join(' · ')}
          {whole ? <span className="block">{t(v6 ? 'nearby.wholeUsedV6' : 'nearby.wholeUsed')}</span> : null}
        </>
      }
    >
      <Button
        disabled={doing.isBusy}
        aria-label={t('nearby.stopNamed', { name: device.name })}
        onClick={() => doing.run(() => client.call('stopInternet', { params: { id: device.id } }))}
      >
        {t('nearby.stop')}
      </Button>
    </NearRow>
  )
}
