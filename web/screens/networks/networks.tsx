import type { NetworkView } from '@kith/api/networks.ts'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { rate, size } from '../../format.ts'
import { hasText, t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Screen } from '../../shell/screen.tsx'
import { NetworkBadge } from '../../ui/badge.tsx'
import { Note } from '../../ui/fault-note.tsx'
import { Switch } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'
import { Directory } from './directory.tsx'
import { OutsideNote } from './outside.tsx'

/** One card for each network: how it is, who is there, and what joining it reveals. */
export function NetworksScreen(): ReactNode {
  const { value } = useLive({ view: 'networks' })
  return (
    <Screen title={t('nav.networks')}>
      <OutsideNote />
      <ul className="grid gap-4 lg:grid-cols-2 2xl:grid-cols-3">
        {value?.map((network) => (
          <li key={network.id} className="min-w-0">
            <NetworkCard network={network} />
          </li>
        ))}
      </ul>
    </Screen>
  )
}

function NetworkCard({ network }: { readonly network: NetworkView }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [wanted, setWanted] = useState<boolean>()
  const isOn = wanted ?? network.on
  async function turn(on: boolean, isUndo = false): Promise<void> {
    setWanted(on)
    try {
      await client.call('switchNetwork', { params: { id: network.id }, body: { on } })
      const values = { name: network.title }
      tell.done(
        on ? t('networks.joined', values) : t('networks.left', values),
        isUndo ? undefined : { label: t('toast.undo'), run: () => void turn(!on, true) },
      )
    } catch (error) {
      tell.failed(error)
    }
    setWanted(undefined)
  }
  return (
    <section
      className="flex h-full flex-col gap-3 rounded-xl border border-line bg-card p-4"
      aria-labelledby={`network-title-${network.id}`}
    >
      <div className="flex items-center gap-3">
        <NetworkBadge id={network.id} />
        <h2 id={`network-title-${network.id}`} className="grow font-semibold">
          {network.title}
        </h2>
        <Switch
          label={t('networks.switch', { name: network.title })}
          checked={isOn}
          onChange={(on) => void turn(on)}
          testId={`network-${network.id}`}
        />
      </div>
      <p className="text-sm" data-testid={`network-state-${network.id}`} data-state={network.state}>
        <span className={network.state === 'trouble' ? 'font-medium text-bad' : 'font-medium'}>
          {t(`networks.state.${network.state}`)}
        </span>
        {network.people > 0 ? ` · ${t('networks.people', { count: network.people })}` : ''}
        {network.gateways.all > 0
          ? ` · ${t('networks.gateways', { count: network.gateways.all, attached: network.gateways.attached })}`
          : ''}
      </p>
      {network.fault === undefined ? null : <Note text={network.fault.message} hint={network.fault.hint} />}
      {network.down + network.up === 0 ? null : (
        <p className="text-sm text-muted">
          {[
            t('networks.fetched', { size: size(network.down) }),
            rate(network.downRate),
            t('networks.given', { size: size(network.up) }),
            rate(network.upRate),
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
      )}
      <p className="text-sm text-muted">{network.reveals}</p>
      {network.facets.length === 0 ? null : (
        <p className="text-xs text-muted">
          {t('networks.can', {
            list: network.facets
              .flatMap((facet) => {
                const key = `facet.${facet}`
                return hasText(key) ? [t(key)] : []
              })
              .join(', '),
          })}
        </p>
      )}
      {network.directory === undefined ? null : (
        <Directory network={network} directory={network.directory} withKeeper={network.directory.kept === true} />
      )}
    </section>
  )
}
