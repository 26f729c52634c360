import type { BorrowedInternetView, InternetLoanView } from '@kith/api/internet.ts'
import type { DeviceView } from '@kith/api/near.ts'
import { Globe } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { rate, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox, Field, Select, Switch, TextInput } from '../../ui/field.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

const row = 'flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm'
const list = 'mb-3 divide-y divide-line rounded-xl border border-line bg-card'
const HOUR_MS = 3_600_000
const GIGABYTE = 1_000_000_000

/** The internet connection: whose we use, and who uses ours. */
export function Internet({ devices }: { readonly devices: readonly DeviceView[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const paired = devices.filter(({ standing }) => standing === 'paired')
  const { data: internet } = useNear('internet')
  const { data: nearby = [] } = useNear('nearbyInternet')
  if (internet === undefined || paired.length === 0) return null
  const { lending, loans, asks, borrowed } = internet
  const free = nearby.filter(({ device }) => !borrowed.some((one) => one.device === device))
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
        className={loans.length + asks.length + borrowed.length + free.length === 0 ? 'hidden' : list}
        data-testid="internet"
      >
        {asks.map((device) => (
          <li key={`ask ${device}`} className={row}>
            <span className="min-w-32 grow font-medium">{t('nearby.internetAsked', { name: device })}</span>
            <Button
              disabled={doing.isBusy}
              onClick={() => doing.run(() => client.call('refuseInternet', { params: { id: device } }))}
            >
              {t('nearby.refuse')}
            </Button>
          </li>
        ))}
        {loans.map((loan) => (
          <Loan key={`loan ${loan.device}`} loan={loan} />
        ))}
        {borrowed.map((one) => (
          <Borrowed key={`borrowed ${one.device}`} one={one} />
        ))}
        {free.map(({ device }) => (
          <li key={`free ${device}`} className={row}>
            <Globe size={20} aria-hidden className="text-muted" />
            <span className="min-w-32 grow font-medium">{t('nearby.internetOf', { name: device })}</span>
            <Button
              disabled={doing.isBusy}
              onClick={() => doing.run(() => client.call('useInternet', { body: { device } }))}
            >
              {t('nearby.use')}
            </Button>
          </li>
        ))}
      </ul>
      <Grant paired={paired} />
    </Part>
  )
}

/** What has gone over it. */
function Meter({ down, up }: { readonly down: number; readonly up: number }): ReactNode {
  return t('nearby.meter', { down: size(down), up: size(up) })
}

function Loan({ loan }: { readonly loan: InternetLoanView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { device, state, down, up, volume, until, downLimit, allowed, refused, home } = loan
  const ends = [
    ...(volume === undefined ? [] : [t('nearby.ofVolume', { size: size(volume) })]),
    ...(until === undefined ? [] : [t('nearby.untilTime', { time: new Date(until).toLocaleString('en') })]),
    ...(downLimit === undefined ? [] : [t('nearby.noFaster', { rate: rate(downLimit) })]),
    ...(allowed.length === 0 ? [] : [t('nearby.onlyTo', { list: allowed.join(', ') })]),
    ...(refused.length === 0 ? [] : [t('nearby.notTo', { list: refused.join(', ') })]),
    ...(home ? [t('nearby.homeToo')] : []),
  ]
  return (
    <li className={row}>
      <span className="min-w-32 grow">
        <span className="block font-medium">{t('nearby.lentTo', { name: device })}</span>
        <span className="block text-muted">
          {t(`nearby.loan.${state}`)} · <Meter down={down} up={up} />
          {ends.map((one) => ` · ${one}`)}
        </span>
      </span>
      <Button
        disabled={doing.isBusy}
        onClick={() => doing.run(() => client.call('takeBackInternet', { params: { id: device } }))}
      >
        {t('nearby.takeBack')}
      </Button>
    </li>
  )
}

function Borrowed({ one }: { readonly one: BorrowedInternetView }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { device, proxy, state, whole, v6, down, up } = one
  return (
    <li className={row}>
      <Globe size={20} aria-hidden className="text-accent" />
      <span className="min-w-32 grow">
        <span className="block font-medium">{t('nearby.internetOf', { name: device })}</span>
        <span className="block text-muted">
          {t(`nearby.borrowed.${state}`)} · {t('nearby.proxy', { address: proxy })} · <Meter down={down} up={up} />
        </span>
        {whole ? <span className="block text-muted">{t(v6 ? 'nearby.wholeUsedV6' : 'nearby.wholeUsed')}</span> : null}
      </span>
      <Button
        disabled={doing.isBusy}
        onClick={() => doing.run(() => client.call('stopInternet', { params: { id: device } }))}
      >
        {t('nearby.stop')}
      </Button>
    </li>
  )
}

function placesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((place) => place !== '')
}

/** Lends ours to somebody, or asks somebody for his. */
function Grant({ paired }: { readonly paired: readonly DeviceView[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const [device, setDevice] = useState('')
  const [hours, setHours] = useState('24')
  const [gigabytes, setGigabytes] = useState('1')
  const [speed, setSpeed] = useState('')
  const [refused, setRefused] = useState('')
  const [allowed, setAllowed] = useState('')
  const [home, setHome] = useState(false)
  const [whole, setWhole] = useState(false)
  const grant = (): void =>
    doing.run(async () => {
      await client.call('grantInternet', {
        params: { id: device },
        body: {
          ...(hours === '' ? {} : { until: Date.now() + Number(hours) * HOUR_MS }),
          ...(gigabytes === '' ? {} : { volume: Number(gigabytes) * GIGABYTE }),
          ...(speed === '' ? {} : { downLimit: Number(speed), upLimit: Number(speed) }),
          ...(allowed.trim() === '' ? {} : { allowed: placesIn(allowed) }),
          ...(refused.trim() === '' ? {} : { refused: placesIn(refused) }),
          home,
          whole,
        },
      })
    })
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Field label={t('nearby.device')}>
        {(id) => (
          <Select id={id} value={device} onChange={({ target }) => setDevice(target.value)}>
            <option value="">{t('nearby.chooseDevice')}</option>
            {paired.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label={t('nearby.forTime')}>
        {(id) => (
          <Select id={id} value={hours} onChange={({ target }) => setHours(target.value)}>
            {['1', '24', '168'].map((each) => (
              <option key={each} value={each}>
                {t('nearby.hours', { count: Number(each) })}
              </option>
            ))}
            <option value="">{t('nearby.noEnd')}</option>
          </Select>
        )}
      </Field>
      <Field label={t('nearby.volume')}>
        {(id) => (
          <Select id={id} value={gigabytes} onChange={({ target }) => setGigabytes(target.value)}>
            {['1', '10', '100'].map((each) => (
              <option key={each} value={each}>
                {size(Number(each) * GIGABYTE)}
              </option>
            ))}
            <option value="">{t('nearby.noLimit')}</option>
          </Select>
        )}
      </Field>
      <details className="w-full text-sm">
        <summary className="touch cursor-pointer py-1">{t('nearby.moreTerms')}</summary>
        <div className="flex max-w-prose flex-col gap-3 py-2">
          <Field label={t('nearby.speed')}>
            {(id) => (
              <Select id={id} value={speed} onChange={({ target }) => setSpeed(target.value)}>
                <option value="">{t('nearby.noLimit')}</option>
                {['250000', '1000000', '5000000'].map((each) => (
                  <option key={each} value={each}>
                    {rate(Number(each))}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t('nearby.allowed')} hint={t('nearby.placesHint')}>
            {(id) => <TextInput id={id} value={allowed} onChange={({ target }) => setAllowed(target.value)} />}
          </Field>
          <Field label={t('nearby.refused')}>
            {(id) => <TextInput id={id} value={refused} onChange={({ target }) => setRefused(target.value)} />}
          </Field>
          <Checkbox label={t('nearby.home')} checked={home} onChange={({ target }) => setHome(target.checked)} />
          <Checkbox
            label={t('nearby.wholeMachine')}
            checked={whole}
            onChange={({ target }) => setWhole(target.checked)}
          />
        </div>
      </details>
      <Button disabled={device === '' || doing.isBusy} onClick={grant}>
        {t('nearby.lend')}
      </Button>
      <Button
        disabled={device === '' || doing.isBusy}
        onClick={() => doing.run(() => client.call('askInternet', { body: { device } }), t('nearby.asked'))}
      >
        {t('nearby.ask')}
      </Button>
    </div>
  )
}
