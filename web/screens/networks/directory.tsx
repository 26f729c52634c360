import type { DirectoryView, NetworkView } from '@kith/api/networks.ts'
import { Link } from '@tanstack/react-router'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { copyText } from '../../copy.ts'
import { count } from '../../format.ts'
import { hasText, t } from '../../i18n/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { Note } from '../../ui/fault-note.tsx'
import { Switch } from '../../ui/field.tsx'
import { useTell } from '../../ui/toasts.tsx'

export interface DirectoryProps {
  readonly network: NetworkView
  readonly directory: DirectoryView
  /** A way to keep order among those who come. */
  readonly withKeeper?: boolean
  readonly heading?: 'h2' | 'h3'
}

/** Our own index for others, where it is and what it counts. */
export function Directory({
  network,
  directory,
  withKeeper = false,
  heading: Heading = 'h3',
}: DirectoryProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const [wanted, setWanted] = useState<boolean>()
  const turn = (on: boolean): void => {
    setWanted(on)
    void client
      .call('switchDirectory', { params: { id: network.id }, body: { on } })
      .catch(tell.failed)
      .finally(() => setWanted(undefined))
  }
  const own = `directory.of.${network.id}`
  const counts = Object.entries(directory.counts).map(([name, amount]) => {
    const key = `directory.count.${name}`
    return `${hasText(key) ? t(key) : name}: ${count(amount)}`
  })
  return (
    <div className={Heading === 'h2' ? 'pt-3' : 'mt-auto border-t border-line pt-3'}>
      <div className="flex items-center gap-3">
        <Heading className="grow text-sm font-medium">{hasText(own) ? t(own) : t('directory.any')}</Heading>
        <Switch
          label={t('directory.switch', { name: network.title })}
          checked={wanted ?? directory.open}
          onChange={turn}
          testId={`directory-${network.id}`}
        />
      </div>
      {directory.fault === undefined ? null : <Note text={directory.fault.message} hint={directory.fault.hint} />}
      {directory.open ? (
        <>
          <ul>
            {directory.addresses.map((address) => (
              <li key={address} className="flex items-center gap-1">
                <span className="min-w-0 font-mono text-xs break-all">{address}</span>
                <IconButton
                  label={t('fact.copy', { name: address })}
                  icon={<Copy size={14} aria-hidden />}
                  onClick={() => void copyText(address).then(() => tell.done(t('toast.copied')), tell.failed)}
                />
              </li>
            ))}
          </ul>
          <p className="text-xs text-muted">{counts.join(' · ')}</p>
          {withKeeper ? (
            <Link
              to="/networks/keeper"
              search={{ network: network.id }}
              data-testid="keeper-open"
              className="touch mt-1 inline-flex min-h-9 items-center text-sm font-medium text-accent hover:underline"
            >
              {t('keeper.open')}
            </Link>
          ) : null}
        </>
      ) : (
        <p className="text-xs text-muted">{t('directory.hint')}</p>
      )}
    </div>
  )
}
