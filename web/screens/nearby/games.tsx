import type { JoinedGameView } from '@kith/api/games.ts'
import type { DeviceView } from '@kith/api/near.ts'
import { useQuery } from '@tanstack/react-query'
import { Gamepad2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { Grants } from './grant-box.tsx'
import { JoinRow } from './join-row.tsx'
import { nearList, NearRow } from './near-row.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

/** Games of others to join, and our own that others may. */
export function Games({ devices }: { readonly devices: readonly DeviceView[] }): ReactNode {
  const paired = devices.filter(({ standing }) => standing === 'paired')
  const { data: nearby = [] } = useNear('nearbyGames')
  const { data: joined = [] } = useNear('joinedGames')
  const client = useClient()
  const doing = useDoing()
  if (paired.length === 0) return null
  const open = nearby.filter(({ id, device }) => !joined.some((one) => one.game === id && one.device.id === device.id))
  return (
    <Part title={t('nearby.games')}>
      {open.length + joined.length === 0 ? null : (
        <ul className={nearList} data-testid="games">
          {joined.map(({ id, title, device, path, ports }) => (
            <NearRow
              key={id}
              icon={<Gamepad2 size={20} aria-hidden className="text-muted" />}
              title={t('nearby.thingOf', { title, name: device.name })}
              note={`${t(`nearby.path.${pathOf(path, ports)}`)} · ${playAt(ports)}`}
            >
              <Button
                disabled={doing.isBusy}
                aria-label={t('nearby.leaveNamed', { title })}
                onClick={() => doing.run(() => client.call('leaveGame', { params: { id } }))}
              >
                {t('nearby.leave')}
              </Button>
            </NearRow>
          ))}
          {open.map(({ id, title, device }) => (
            <JoinRow
              key={`${device.id} ${id}`}
              icon={<Gamepad2 size={20} aria-hidden className="text-muted" />}
              title={title}
              device={device}
              join={() => client.call('joinGame', { body: { device: device.id, game: id } })}
            />
          ))}
        </ul>
      )}
      <Offered paired={paired} />
      <Offer />
    </Part>
  )
}

type Ports = JoinedGameView['ports']

/** A game without datagrams goes by the line of the devices, however those would travel. */
function pathOf(path: JoinedGameView['path'], ports: Ports): JoinedGameView['path'] {
  return path === 'away' || ports.some(({ protocol }) => protocol === 'udp') ? path : 'channel'
}

/** Where on this machine it is played: of TCP and UDP at the same number, once. */
function playAt(ports: Ports): string {
  const numbers = [...new Set(ports.map(({ local }) => local))]
  return t('nearby.playAt', { count: numbers.length, list: numbers.join(', ') })
}

/** Our games, and who may join each. */
function Offered({ paired }: { readonly paired: readonly DeviceView[] }): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { data: offered = [] } = useNear('offeredGames')
  if (offered.length === 0) return null
  return (
    <ul className={nearList} data-testid="offered-games">
      {offered.map(({ id, title, to, players }) => (
        <NearRow
          key={id}
          title={title}
          note={
            players.length === 0
              ? t('nearby.nobodyPlays')
              : t('nearby.players', { list: players.map(({ name }) => name).join(', ') })
          }
        >
          <Grants
            legend={t('nearby.mayJoin', { title })}
            paired={paired}
            to={to}
            grant={(ids) => client.call('grantGame', { params: { id }, body: { to: ids } })}
          />
          <Button
            disabled={doing.isBusy}
            aria-label={t('nearby.withdrawNamed', { title })}
            onClick={() => doing.run(() => client.call('withdrawGame', { params: { id } }))}
          >
            {t('nearby.withdraw')}
          </Button>
        </NearRow>
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
        onClick={() =>
          doing.run(async () => {
            await client.call('offerGame', { body: { game, to: [] } })
            setGame('')
          })
        }
      >
        {t('nearby.offerGame')}
      </Button>
    </div>
  )
}
