import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { TextInput } from '../../ui/field.tsx'

/** More than that nobody reads; words find the others. */
const mostShown = 30

export interface KnownHubsProps {
  readonly network: string
  readonly onEnter: (address: string) => void
}

/** Hubs that lists on the web tell of; the lists are fetched only when somebody looks. */
export function KnownHubs({ network, onEnter }: KnownHubsProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="mt-4 border-t border-line pt-3" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="touch flex min-h-9 items-center gap-2 text-sm font-medium" data-testid="known-hubs">
        <ChevronRight size={16} aria-hidden className={isOpen ? 'rotate-90' : 'rtl:rotate-180'} />
        {t('hubs.known')}
      </summary>
      {isOpen ? <List network={network} onEnter={onEnter} /> : null}
    </details>
  )
}

function List({ network, onEnter }: KnownHubsProps): ReactNode {
  const client = useClient()
  const [filter, setFilter] = useState('')
  const { data, error, isFetching } = useQuery({
    queryKey: ['known-gateways', network, filter],
    queryFn: ({ signal }) =>
      client.call('knownGateways', { params: { id: network }, query: { filter, count: mostShown }, signal }),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <TextInput
        type="search"
        aria-label={t('hubs.filter')}
        placeholder={t('hubs.filter')}
        className="my-2"
        value={filter}
        maxLength={200}
        onChange={(event) => setFilter(event.target.value)}
      />
      <FaultNote error={error} />
      {data === undefined && isFetching ? <p className="text-sm text-muted">{t('hubs.fetching')}</p> : null}
      {data === undefined ? null : <p className="text-xs text-muted">{t('hubs.count', { count: data.total })}</p>}
      <ul className="divide-y divide-line">
        {data?.gateways.map(({ address, name, description, people }) => (
          <li key={address} className="flex items-center gap-3 py-2">
            <div className="min-w-0 grow">
              <p className="truncate text-sm font-medium">{name || address}</p>
              <p className="text-xs break-words text-muted">
                {[people === undefined ? '' : t('talk.people', { count: people }), description]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </p>
              <p className="font-mono text-xs break-all text-muted">{address}</p>
            </div>
            <Button aria-label={t('hubs.enterName', { name: name || address })} onClick={() => onEnter(address)}>
              {t('hubs.enter')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
