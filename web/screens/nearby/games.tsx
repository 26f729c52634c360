import type { DeviceView } from '@kith/api/near.ts'
import { useQuery } from '@tanstack/react-query'
import { Gamepad2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { GrantBox } from './grant-box.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

const row = 'flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm'
const list = 'mb-3 divide-y divide-line rounded-xl border border-line bg-card'

/** Games of others to join, and our own that others may. */
export function Games({ devices }: { readonly devices: readonly DeviceView[] }): ReactNode {
  const paired = devices.filter(({ standing }) => standing === 'paired')
  const { data: nearby = [] } = useNear('nearbyGames')
  const { data: joined = [] } = useNear('joinedGames')
  const client = useClient()
  const doing = useDoing()
  if (paired.length === 0) return null
  const open = nearby.filter(({ id }) => !joined.some((one) => one.id === id))
  return (
    <Part title={t('nearby.games')}>
      {open.length + joined.length === 0 ? null : (
        <ul className={list} data-testid="games">
          {joined.map(({ id, title, device, path, ports }) => (
            <li key={id} className={row}>
              <Gamepad2 size={20} aria-hidden className="text-muted" />
              <span className="min-w-32 grow">
                <span className="block font-medium">{t('nearby.gameOf', { title, name: device })}</span>
                <span className="block text-muted">
                  {t(`nearby.path.${path}`)} · {t('nearby.playAt', { port: String(ports[0]?.local ?? '') })}
                </span>
              </span>
              <Button onClick={() => doing.run(() => client.call('leaveGame', { params: { id } }))}>
                {t('nearby.leave')}
              </Button>
            </li>
          ))}
          {open.map(({ id, title, device }) => (
            <li key={id} className={row}>
              <Gamepad2 size={20} aria-hidden className="text-muted" />
              <span className="min-w-32 grow font-medium">{t('nearby.gameOf', { title, name: device })}</span>
              <Button
                disabled={doing.isBusy}
                onClick={() => doing.run(() => client.call('joinGame', { body: { device, game: id } }))}
              >
                {t('nearby.join')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Offered paired={paired} />
      <Offer />
    </Part>
  )
}

/** Our games, and who may join each. */
function Offered({ paired }: { readonly paired: readonly DeviceView[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { data: offered = [] } = useNear('offeredGames')
  if (offered.length === 0) return null
  return (
    <ul className={list} data-testid="offered-games">
      {offered.map(({ id, title, to, players }) => (
        <li key={id} className={row}>
          <span className="min-w-32 grow">
            <span className="block font-medium">{title}</span>
            <span className="block text-muted">
              {players.length === 0 ? t('nearby.nobodyPlays') : t('nearby.players', { list: players.join(', ') })}
            </span>
          </span>
          <fieldset className="flex flex-wrap items-center gap-x-4">
            <legend className="sr-only">{t('nearby.mayJoin', { title })}</legend>
            {paired.map((device) => (
              <GrantBox
                key={device.id}
                device={device}
                to={paired.filter(({ name }) => to.includes(name))}
                grant={(ids) => client.call('grantGame', { params: { id }, body: { to: ids } })}
              />
            ))}
          </fieldset>
          <Button onClick={() => doing.run(() => client.call('withdrawGame', { params: { id } }))}>
            {t('nearby.withdraw')}
          </Button>
        </li>
      ))}
    </ul>
  )
}

/** Offers a game of this machine, to nobody at first. */
function Offer(): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const [game, setGame] = useState('')
  const { data: known = [] } = useQuery({
    queryKey: ['knownGames'],
    queryFn: ({ signal }) => client.call('knownGames', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select aria-label={t('nearby.game')} value={game} onChange={({ target }) => setGame(target.value)}>
        <option value="">{t('nearby.chooseGame')}</option>
        {known.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </Select>
      <Button
        disabled={game === '' || doing.isBusy}
        onClick={() => doing.run(() => client.call('offerGame', { body: { game, to: [] } }))}
      >
        {t('nearby.offerGame')}
      </Button>
    </div>
  )
}
