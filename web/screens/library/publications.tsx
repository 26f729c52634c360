import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { copyText } from '../../copy.ts'
import { percent } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** What is being made ready to give, and the links of what is. */
export function Publications(): ReactNode {
  const { value } = useLive({ view: 'publications' })
  const tell = useTell()
  if (value === undefined || value.length === 0) return null
  return (
    <section className="mb-4 rounded-xl border border-line bg-card p-4">
      <h2 className="mb-2 text-sm font-semibold">{t('publish.title')}</h2>
      <ul className="flex flex-col gap-3">
        {value.map((one) => (
          <li key={one.id} className="text-sm">
            <p className="flex items-center gap-2">
              <span className="min-w-0 grow break-all">{one.path}</span>
              {one.state === 'hashing' ? (
                <span className="text-xs">{percent(one.size === 0 ? 0 : one.bytes / one.size)}</span>
              ) : null}
              {one.link === undefined ? null : (
                <Button
                  icon={<Copy size={14} aria-hidden />}
                  onClick={() => void copyText(one.link!).then(() => tell.done(t('toast.copied')), tell.failed)}
                >
                  {t('publish.copy')}
                </Button>
              )}
            </p>
            {one.state === 'hashing' ? (
              <ProgressBar share={one.size === 0 ? 0 : one.bytes / one.size} state="checking" />
            ) : null}
            {one.fault === undefined ? null : (
              <p className="text-bad">
                {one.fault.message} {one.fault.hint}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
