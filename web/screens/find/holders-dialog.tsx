import type { FoundRow } from '@kith/api/find.ts'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { NetworkBadge } from '../../ui/badge.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'

export interface HoldersDialogProps {
  readonly search: string
  readonly row: FoundRow
  readonly onClose: () => void
}

/** Who has what was found, and where it lies there. */
export function HoldersDialog({ search, row, onClose }: HoldersDialogProps): ReactNode {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['holders', search, row.row, row.people],
    queryFn: ({ signal }) => client.call('holders', { params: { id: search, row: String(row.row) }, signal }),
  })
  return (
    <Dialog title={row.name} onClose={onClose}>
      <FaultNote error={error} />
      <ul className="divide-y divide-line">
        {data?.map(({ network, peer, name, client: program, path, slots }) => {
          const folder = row.medium === 'folder' ? path : path.slice(0, -1)
          return (
            <li key={`${network} ${peer}`} className="flex items-center gap-3 py-2 text-sm">
              <NetworkBadge id={network} />
              <div className="min-w-0 grow">
                <p className="truncate font-medium">{name}</p>
                <p className="text-xs break-all text-muted">
                  {[path.join(' / '), program, slots === undefined ? undefined : t('find.slots', { count: slots })]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              </div>
              <Link
                to="/browse"
                search={{ network, peer, name, ...(folder.length === 0 ? {} : { path: folder.join('/') }) }}
                onClick={onClose}
                className="touch inline-flex min-h-9 shrink-0 items-center rounded-lg border border-line px-3 font-medium hover:bg-hover"
              >
                {t('browse.open')}
              </Link>
            </li>
          )
        })}
      </ul>
    </Dialog>
  )
}
