import type { SourceView } from '@kith/api/transfer-parts.ts'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { percent, rate, size } from '../format.ts'
import { hasText, t } from '../i18n/t.ts'
import { useLive } from '../live/use-live.ts'
import { NetworkBadge, Tag } from '../ui/badge.tsx'
import { Scroll } from '../ui/scroll.tsx'
import { Empty } from '../ui/empty.tsx'

/** More lanes than a person reads are not drawn. */
const most = 500

/** Who delivers and who takes, the fastest first, and why nothing moves where nothing does. */
export function Sources({ id }: { readonly id: string }): ReactNode {
  const { value } = useLive({ view: 'sources', id })
  if (value === undefined) return null
  if (value.length === 0) return <Empty title={t('sources.none')}>{t('sources.noneHint')}</Empty>
  const sorted = value.toSorted(
    (a, b) => b.downRate + b.upRate - a.downRate - a.upRate || b.received - a.received || a.name.localeCompare(b.name),
  )
  return (
    <Scroll label={t('details.sources')}>
      <ul className="divide-y divide-line">
        {sorted.slice(0, most).map((source) => (
          <Source key={`${source.network} ${source.name} ${source.via} ${source.incoming}`} source={source} />
        ))}
      </ul>
    </Scroll>
  )
}

function Source({ source }: { readonly source: SourceView }): ReactNode {
  const via = `sources.via.${source.via}`
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-0.5 px-4 py-2 text-sm">
      <span className="flex min-w-0 grow basis-56 items-center gap-2">
        <NetworkBadge id={source.network} />
        <span className="truncate">{source.name}</span>
        <span className="truncate text-xs text-muted">{source.client}</span>
        {source.parole ? <Tag tone="warn">{t('sources.parole')}</Tag> : null}
      </span>
      <span className="w-16 text-right text-xs">{percent(source.progress)}</span>
      <Speed icon={<ArrowDown size={12} aria-hidden />} label={t('speed.down')} text={rate(source.downRate)} />
      <Speed icon={<ArrowUp size={12} aria-hidden />} label={t('speed.up')} text={rate(source.upRate)} />
      <span className="w-20 text-right text-xs text-muted">{source.received === 0 ? '' : size(source.received)}</span>
      <span className="min-w-0 basis-full truncate text-xs text-muted lg:basis-72">
        {[source.idle ?? '', hasText(via) ? t(via) : source.via, source.incoming ? t('sources.incoming') : '']
          .filter((part) => part !== '')
          .join(' · ')}
      </span>
    </li>
  )
}

function Speed({
  icon,
  label,
  text,
}: {
  readonly icon: ReactNode
  readonly label: string
  readonly text: string
}): ReactNode {
  return (
    <span className="inline-flex w-24 items-center justify-end gap-1 text-xs">
      {text === '' ? null : (
        <>
          {icon}
          <span className="sr-only">{label}</span>
          {text}
        </>
      )}
    </span>
  )
}
