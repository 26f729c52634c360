import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import type { TransfersSearch } from '../../transfers/search.ts'

export interface CardProps {
  readonly title: string
  readonly children: ReactNode
  readonly className?: string
  /** The list that this is the beginning of. */
  readonly more?: { readonly search: TransfersSearch; readonly count: number }
}

export function Card({ title, children, className, more }: CardProps): ReactNode {
  return (
    <section className={`min-w-0 rounded-xl border border-line bg-card p-4 ${className ?? ''}`}>
      <div className="mb-2 flex items-baseline gap-3">
        <h2 className="grow text-sm font-semibold">{title}</h2>
        {more === undefined || more.count === 0 ? null : (
          <Link to="/transfers" search={more.search} className="text-xs text-accent hover:underline">
            {t('home.all', { count: more.count })}
          </Link>
        )}
      </div>
      {children}
    </section>
  )
}
