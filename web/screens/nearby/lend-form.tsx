import type { DeviceView } from '@kith/api/near.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { rate, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox, Field, Select, TextInput } from '../../ui/field.tsx'
import { useDoing } from './use-near.ts'

const HOUR_MS = 3_600_000
const GIGABYTE = 1_000_000_000

/** Lends our internet connection to somebody, or asks somebody for theirs. */
export function LendForm({ paired }: { readonly paired: readonly DeviceView[] }): ReactNode {
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

function placesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((place) => place !== '')
}
