import type { DeviceView } from '@kith/api/near.ts'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { FaultNote } from '../../ui/fault-note.tsx'
import { useDoing } from './use-near.ts'

/** What a device lets paired devices fetch unasked. */
export function ShelfDialog({
  device: { id, name },
  onClose,
}: {
  readonly device: DeviceView
  readonly onClose: () => void
}): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { data: items, error } = useQuery({
    queryKey: ['near', 'shelf', id],
    queryFn: ({ signal }) => client.call('shelf', { params: { id }, signal }),
  })
  return (
    <Dialog title={t('nearby.shelfOf', { name })} onClose={onClose}>
      <FaultNote error={error} />
      {items === undefined && error === null ? (
        <output className="text-sm text-muted">{t('nearby.asking', { name })}</output>
      ) : null}
      {items?.length === 0 ? <p className="text-sm text-muted">{t('nearby.shelfEmpty', { name })}</p> : null}
      <ul className="divide-y divide-line" data-testid="shelf">
        {items?.map((item) => (
          <li key={`${item.link ?? ''} ${item.name}`} className="flex items-center gap-3 py-2 text-sm">
            <span className="min-w-0 grow break-words">{item.name}</span>
            <span className="shrink-0 text-muted">{size(item.size)}</span>
            {item.link === undefined ? null : (
              <Button
                disabled={doing.isBusy}
                aria-label={t('nearby.getName', { name: item.name })}
                onClick={() =>
                  doing.run(
                    () => client.call('add', { body: { link: item.link! } }),
                    t('nearby.taken', { name: item.name }),
                  )
                }
              >
                {t('nearby.get')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
