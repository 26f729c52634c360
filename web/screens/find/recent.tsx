import { BellRing, Search, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Tag } from '../../ui/badge.tsx'
import { IconButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { useTell } from '../../ui/toasts.tsx'
import type { FindSearch } from './search.ts'

/** What was looked for of late, to come back to. */
export function Recent({ onOpen }: { readonly onOpen: (search: FindSearch) => void }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { value: searches } = useLive({ view: 'searches' })
  if (searches === undefined) return null
  if (searches.length === 0) {
    return (
      <Empty icon={<Search size={36} aria-hidden />} title={t('find.begin')}>
        {t('find.beginHint')}
      </Empty>
    )
  }
  return (
    <div className="min-h-0 grow overflow-y-auto px-4 pb-8 md:px-5">
      <h2 className="mb-2 text-sm font-semibold">{t('find.recent')}</h2>
      <ul className="divide-y divide-line rounded-xl border border-line bg-card">
        {searches.map(({ id, query, rows, watch }) => (
          <li key={id} className="flex items-center gap-2 pr-2">
            <button
              type="button"
              className="flex min-h-11 min-w-0 grow items-center gap-3 px-4 text-left text-sm hover:bg-hover"
              onClick={() => onOpen({ q: query, id })}
            >
              <span className="min-w-0 grow truncate font-medium">{query}</span>
              {watch === undefined ? null : (
                <BellRing size={14} aria-label={t('find.watching')} className="shrink-0 text-accent" />
              )}
              {watch === undefined || watch.news === 0 ? null : <Tag>{t('find.news', { count: watch.news })}</Tag>}
              <span className="shrink-0 text-xs text-muted">{t('find.rows', { count: rows })}</span>
            </button>
            <IconButton
              label={t('find.forget', { query })}
              icon={<X size={16} aria-hidden />}
              onClick={() => void client.call('removeSearch', { params: { id } }).catch(tell.failed)}
            />
          </li>
        ))}
      </ul>
    </div>
  )
}
