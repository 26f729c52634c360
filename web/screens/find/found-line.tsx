import type { FoundRow } from '@kith/api/find.ts'
import { Link } from '@tanstack/react-router'
import { Download, FolderOpen, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { percent, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
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
  const reach = [
    row.size === undefined ? '' : size(row.size),
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
          <span className="truncate">{reach.join(' · ')}</span>
        </p>
      </div>
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
          className="inline-flex min-h-9 w-20 shrink-0 items-center justify-end text-sm text-accent hover:underline"
        >
          {(row.progress ?? 0) >= 1 ? t('find.here') : percent(row.progress ?? 0)}
        </Link>
      ) : own ? null : (
        <Button
          icon={isFolder ? <FolderOpen size={16} aria-hidden /> : <Download size={16} aria-hidden />}
          tabIndex={isActive ? 0 : -1}
          aria-label={t(isFolder ? 'find.openFolder' : 'find.getName', { name })}
          data-testid="found-get"
          onClick={onGet}
        >
          <span className="max-sm:sr-only">{isFolder ? t('find.open') : t('find.get')}</span>
        </Button>
      )}
    </li>
  )
}
