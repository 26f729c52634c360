import type { DeviceView } from '@kith/api/near.ts'
import type { SegmentView } from '@kith/api/segments.ts'
import { Network } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { Grants } from './grant-box.tsx'
import { JoinRow } from './join-row.tsx'
import { nearList, NearRow } from './near-row.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

/** Virtual networks, for games that look around on the local network: ours, those that we joined, those that we may join. */
export function Segments({ devices }: { readonly devices: readonly DeviceView[] }): ReactNode {
  const client = useClient()
  const paired = devices.filter(({ standing }) => standing === 'paired')
  const { data: joined = [] } = useNear('segments')
  const { data: nearby = [] } = useNear('nearbySegments')
  if (paired.length === 0) return null
  const open = nearby.filter(({ id }) => !joined.some((one) => one.id === id))
  return (
    <Part title={t('nearby.segments')}>
      <p className="mb-2 max-w-prose text-sm text-muted">{t('nearby.segmentsHint')}</p>
      {joined.length + open.length === 0 ? null : (
        <ul className={nearList} data-testid="segments">
          {joined.map((one) => (
            <Joined key={one.id} segment={one} paired={paired} />
          ))}
          {open.map(({ id, title, device }) => (
            <JoinRow
              key={`${device.id} ${id}`}
              icon={<Network size={20} aria-hidden className="text-muted" />}
              title={title}
              device={device}
              join={() => client.call('joinSegment', { body: { device: device.id, segment: id } })}
            />
          ))}
        </ul>
      )}
      <Create />
    </Part>
  )
}

function Joined({
  segment,
  paired,
}: {
  readonly segment: SegmentView
  readonly paired: readonly DeviceView[]
}): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { id, title, owner, own, address, addressV6, members, to, trouble } = segment
  const others = members.filter(({ path }) => path !== 'self')
  return (
    <NearRow
      icon={<Network size={20} aria-hidden className="text-accent" />}
      title={own ? title : t('nearby.thingOf', { title, name: owner.name })}
      note={
        <>
          {address === ''
            ? t('nearby.segmentNowhere')
            : t('nearby.segmentHere', { address: addressV6 === undefined ? address : `${address}, ${addressV6}` })}
          {others.map(({ device, address: at, addressV6: atV6, path }) => (
            <span key={device.id}>
              {' '}
              · {device.name} {at}
              {atV6 === undefined ? '' : `, ${atV6}`}
              {path === 'away' ? ` (${t('nearby.away')})` : ''}
            </span>
          ))}
          {trouble === undefined ? null : <span className="block text-bad">{trouble}</span>}
        </>
      }
    >
      {own ? (
        <Grants
          legend={t('nearby.mayJoin', { title })}
          paired={paired}
          to={to}
          grant={(ids) => client.call('inviteToSegment', { params: { id }, body: { to: ids } })}
        />
      ) : null}
      <Button
        disabled={doing.isBusy}
        onClick={() => doing.run(() => client.call('leaveSegment', { params: { id } }))}
        aria-label={t(own ? 'nearby.endSegment' : 'nearby.leaveNamed', { title })}
      >
        {t(own ? 'nearby.end' : 'nearby.leave')}
      </Button>
    </NearRow>
  )
}

/** Makes one, for nobody at first. */
function Create(): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const [title, setTitle] = useState('')
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (title.trim() === '') return
        doing.run(async () => {
          await client.call('createSegment', { body: { title: title.trim(), to: [] } })
          setTitle('')
        })
      }}
    >
      <Field label={t('nearby.segmentName')}>
        {(id) => <TextInput id={id} value={title} maxLength={80} onChange={({ target }) => setTitle(target.value)} />}
      </Field>
      <Button type="submit" disabled={title.trim() === '' || doing.isBusy}>
        {t('nearby.makeSegment')}
      </Button>
    </form>
  )
}
