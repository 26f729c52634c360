import type { VisitorView } from '@kith/api/directory.ts'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { Ban, Lock, LogOut, MoreVertical, UsersRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useClient } from '../../api.ts'
import { ago, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useScreenSearch } from '../../screen-search.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { FilterBox } from '../../transfers/filters.tsx'
import { Tag } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** People come and go; this is asked again so often, in milliseconds. */
const againMs = 3_000
const step = 100

/** Who is in the hub now, to be sent away or banned. */
export function Users({ network }: { readonly network: string }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const queries = useQueryClient()
  const { open } = useDialogs()
  const [{ filter = '' }, changeSearch] = useScreenSearch('/networks/keeper')
  const [most, setMost] = useState(step)
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: ['visitors', network],
    queryFn: ({ signal }) => client.call('visitors', { params: { id: network }, signal }),
    refetchInterval: againMs,
    placeholderData: keepPreviousData,
  })
  const words = filter.toLowerCase()
  const matching = (data ?? []).filter(({ nick, address }) => `${nick} ${address}`.toLowerCase().includes(words))
  const kick = ({ id, nick }: VisitorView): void =>
    void client.call('kickVisitor', { params: { id: network, visitor: id }, body: {} }).then(() => {
      tell.done(t('keeper.kicked', { nick }))
      return queries.invalidateQueries({ queryKey: ['visitors', network] })
    }, tell.failed)
  return (
    <>
      <FaultNote error={error} />
      <div className="mb-3 flex">
        <FilterBox
          label={t('keeper.filter')}
          value={filter}
          onChange={(text) =>
            changeSearch(({ filter: _filter, ...rest }) => (text === '' ? rest : { ...rest, filter: text }))
          }
        />
      </div>
      {data !== undefined && matching.length === 0 ? (
        <Empty
          icon={<UsersRound size={36} aria-hidden />}
          title={data.length === 0 ? t('keeper.nobody') : t('library.noneMatch')}
        />
      ) : null}
      {matching.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="visitors">
          {matching.slice(0, most).map((visitor) => (
            <li key={visitor.id} className="flex items-center gap-3 py-2 pr-2 pl-4" data-testid="visitor">
              <div className="min-w-0 grow">
                <p className="flex items-center gap-2 text-sm">
                  <span className="truncate font-medium">{visitor.nick}</span>
                  {visitor.rank === 'guest' ? null : <Tag>{visitor.rank}</Tag>}
                  {visitor.secured ? (
                    <Lock size={14} aria-label={t('keeper.secured')} className="shrink-0 text-muted" />
                  ) : null}
                </p>
                <p className="text-xs break-all text-muted">
                  {[
                    visitor.address,
                    visitor.protocol.toUpperCase(),
                    visitor.client,
                    size(visitor.shared),
                    t('keeper.since', { time: ago(visitor.since, dataUpdatedAt) }),
                  ]
                    .filter((part) => part !== '')
                    .join(' · ')}
                </p>
              </div>
              <Menu label={t('talk.menu', { name: visitor.nick })} icon={<MoreVertical size={18} aria-hidden />}>
                <MenuItem icon={<LogOut size={16} aria-hidden />} onSelect={() => kick(visitor)} testId="visitor-kick">
                  {t('keeper.kick')}
                </MenuItem>
                <MenuItem
                  danger
                  icon={<Ban size={16} aria-hidden />}
                  onSelect={() => open({ kind: 'ban', network, nick: visitor.nick, address: visitor.address })}
                  testId="visitor-ban"
                >
                  {t('keeper.ban')}
                </MenuItem>
              </Menu>
            </li>
          ))}
        </ul>
      )}
      {matching.length > most ? (
        <div className="mt-3 flex justify-center">
          <Button onClick={() => setMost((before) => before + step)}>{t('library.more')}</Button>
        </div>
      ) : null}
    </>
  )
}
