import type { DeviceView } from '@kith/api/near.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { rate, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/choice.tsx'
import { Checkbox, Field, TextInput } from '../../ui/field.tsx'
import { useDoing } from './use-near.ts'

const HOUR_MS = 3_600_000
const GIGABYTE = 1_000_000_000

/** Lends our internet connection to somebody, or asks somebody for theirs. */
export function LendForm({ paired }: { readonly paired: readonly DeviceView[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const [chosen, setDevice] = useState('')
  // One that was chosen may be forgotten.
  const device = paired.some(({ id }) => id === chosen) ? chosen : ''
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
      <Choice
        label={t('nearby.device')}
        value={device}
        options={[['', t('nearby.chooseDevice')], ...paired.map(({ id, name }) => [id, name] as const)]}
        onChange={setDevice}
      />
      <Choice
        label={t('nearby.forTime')}
        value={hours}
        options={[
          ...['1', '24', '168'].map((each) => [each, t('nearby.hours', { count: Number(each) })] as const),
          ['', t('nearby.noEnd')],
        ]}
        onChange={setHours}
      />
      <Choice
        label={t('nearby.volume')}
        value={gigabytes}
        options={[
          ...['1', '10', '100'].map((each) => [each, size(Number(each) * GIGABYTE)] as const),
          ['', t('nearby.noLimit')],
        ]}
        onChange={setGigabytes}
      />
      <details className="w-full text-sm">
        <summary className="touch cursor-pointer py-1">{t('nearby.moreTerms')}</summary>
        <div className="flex max-w-prose flex-col gap-3 py-2">
          <Choice
            label={t('nearby.speed')}
            value={speed}
            options={[
              ['', t('nearby.noLimit')],
              ...['250000', '1000000', '5000000'].map((each) => [each, rate(Number(each))] as const),
            ]}
            onChange={setSpeed}
          />
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
