import { Upload } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { Part } from './part.tsx'
import { useDoing, useNear } from './use-near.ts'

/** What comes from browsers, this one or another, to be sent from the daemon's machine. */
export function Uploads(): ReactNode {
  const client = useClient()
  const doing = useDoing()
  const { data: all = [] } = useNear('uploads')
  const coming = all.filter(({ state }) => state !== 'whole')
  if (coming.length === 0) return null
  return (
    <Part title={t('nearby.uploads')}>
      <ul className="divide-y divide-line rounded-xl border border-line bg-card" data-testid="uploads">
        {coming.map(({ id, name, files, size: bytes, done, state }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
            <Upload size={20} aria-hidden className="shrink-0 self-start text-muted" />
            <span className="min-w-0 flex-1 basis-48">
              <span className="block font-medium break-words">{name}</span>
              <span className="block text-muted">
                {t('nearby.deliveryOf', { done: size(done), size: size(bytes) })} ·{' '}
                {t('nearby.files', { count: files })}
              </span>
              {state === 'waiting' ? <span className="block text-muted">{t('nearby.uploadWaits')}</span> : null}
              <span className="mt-1 block">
                <ProgressBar share={bytes === 0 ? 1 : done / bytes} state={state === 'coming' ? 'getting' : 'paused'} />
              </span>
            </span>
            <Button
              disabled={doing.isBusy}
              aria-label={t('nearby.uploadEnd', { name })}
              onClick={() => doing.run(() => client.call('endUpload', { params: { id } }))}
            >
              {t('nearby.end')}
            </Button>
          </li>
        ))}
      </ul>
    </Part>
  )
}
