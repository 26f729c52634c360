import type { FoundRow } from '@kith/api/find.ts'
import { Link } from '@tanstack/react-router'
import { Download, FolderDown, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { percent, size } from '../../format.ts'
import { hasText, t } from '../../i18n/t.ts'
import { NetworkBadge, Tag } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'

export interface FoundLineProps {
  readonly row: FoundRow
  readonly index: number
  readonly top: number
  readonly height: number
  readonly isActive: boolean
  readonly onGet: () => void
  readonly onHolders: () => void
}

/** One content that was found, and what can be done with it. */
export function FoundLine(props: FoundLineProps): ReactNode {
  const { row, index, top, height, isActive, onGet, onHolders } = props
  const { name, people, free, own, networks } = row
  const isFolder = row.medium === 'folder'
  const who = [
    people === 0 ? '' : t('find.people', { count: people }),
    free === 0 ? '' : t('find.freeNow', { count: free }),
  ].filter(Boolean)
  return (
    <li
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- rows take the focus, so that keys lead through them
      tabIndex={isActive ? 0 : -1}
      data-index={index}
      data-testid="found-row"
      className="absolute inset-x-0 flex items-center gap-2 border-b border-line px-4 outline-offset-[-2px] hover:bg-hover md:px-5"
      style={{ top, height }}
    >
      <div className="min-w-0 grow">
        <p className="flex min-w-0 items-center gap-1.5 text-sm">
          <span className="truncate font-medium" title={name}>
            {name}
          </span>
          {own ? <Tag>{t('find.own')}</Tag> : null}
        </p>
        <p className="flex min-w-0 items-center gap-2 text-xs text-muted">
          <span className="flex shrink-0 gap-1">
            {networks
              .filter((id) => id !== 'library')
              .map((id) => (
                <NetworkBadge key={id} id={id} />
              ))}
          </span>
          <span className="truncate md:hidden">{[size(row.size), ...who].filter(Boolean).join(' · ')}</span>
          <span className="hidden truncate md:inline">{row.medium === undefined ? '' : mediumText(row.medium)}</span>
        </p>
      </div>
      <span className="hidden w-24 shrink-0 text-right text-sm md:block">{size(row.size)}</span>
      <span className="hidden w-40 shrink-0 text-right text-sm text-muted md:block">{who.join(' · ')}</span>
      <div className="flex shrink-0 items-center justify-end gap-1 md:w-36">
        {people === 0 ? null : (
          <IconButton
            label={t('find.holders', { name })}
            icon={<Users size={16} aria-hidden />}
            tabIndex={isActive ? 0 : -1}
            data-testid="found-holders"
            onClick={onHolders}
          />
        )}
        {row.transfer !== undefined ? (
          <Link
            to="/transfers"
            search={{ id: row.transfer }}
            tabIndex={isActive ? 0 : -1}
            className="inline-flex min-h-9 shrink-0 items-center justify-end px-3 text-sm text-accent hover:underline"
          >
            {(row.progress ?? 0) >= 1 ? t('find.here') : percent(row.progress ?? 0)}
          </Link>
        ) : own ? null : (
          <Button
            icon={isFolder ? <FolderDown size={16} aria-hidden /> : <Download size={16} aria-hidden />}
            tabIndex={isActive ? 0 : -1}
            aria-label={t('find.getName', { name })}
            data-testid="found-get"
            onClick={onGet}
          >
            <span className="max-sm:sr-only">{t('find.get')}</span>
          </Button>
        )}
      </div>
    </li>
  )
}

function mediumText(medium: string): string {
  const key = `medium.${medium}`
  return hasText(key) ? t(key) : ''
}
