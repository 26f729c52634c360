import type { HashingView } from '@kith/api/sharing.ts'
import { Pause, Play } from 'lucide-react'
import type { ReactNode } from 'react'
import { useClient } from '../../api.ts'
import { duration, percent, rate, size } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { Button } from '../../ui/button.tsx'
import { ProgressBar } from '../../ui/progress-bar.tsx'
import { useTell } from '../../ui/toasts.tsx'

/** How far the files in shared folders are read, while some are not, with a way to let it rest. */
export function Hashing(): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { value } = useLive({ view: 'hashing' })
  if (value === undefined || value.state === 'idle') return null
  const { state, waiting, known, rate: speed, leftMs, current } = value
  const isPaused = state === 'paused'
  const share = shareOf(value)
  return (
    <section
      className="mb-4 rounded-xl border border-line bg-card p-4 text-sm"
      aria-label={t('hashing.title')}
      data-testid="hashing"
      data-state={state}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">{t(`hashing.state.${state}`)}</h2>
        <p className="grow">
          {[
            state === 'looking' ? '' : percent(share),
            waiting.files === 0 ? '' : t('hashing.left', { count: waiting.files, size: size(waiting.bytes) }),
            speed > 0 && !isPaused ? rate(speed) : '',
            leftMs === undefined || isPaused ? '' : t('hashing.time', { time: duration(leftMs / 1000) }),
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
        <Button
          icon={isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
          onClick={() => void client.call(isPaused ? 'resumeHashing' : 'pauseHashing').catch(tell.failed)}
          data-testid="hashing-switch"
        >
          {isPaused ? t('hashing.resume') : t('hashing.pause')}
        </Button>
      </div>
      {known.files + waiting.files === 0 ? null : (
        <div className="mt-2">
          <ProgressBar share={share} state={isPaused ? 'paused' : 'checking'} />
        </div>
      )}
      <p className="mt-2 text-xs break-all text-muted">{current ?? t('hashing.why')}</p>
    </section>
  )
}

/** By bytes, or by number where no file holds any. */
function shareOf({ known, waiting }: HashingView): number {
  const all = known.bytes + waiting.bytes
  if (all > 0) return known.bytes / all
  const files = known.files + waiting.files
  return files === 0 ? 0 : known.files / files
}
