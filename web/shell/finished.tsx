import type { ReactNode } from 'react'
import { useEffect, useRef, useState } from 'react'
import { t } from '../i18n/t.ts'
import { useLive } from '../live/use-live.ts'

/** The newest that are complete. */
export const finishedView = {
  view: 'transfers',
  query: { sort: 'completedAt', descending: true, count: 5 },
} as const

/** Says aloud what has just finished. */
export function Finished(): ReactNode {
  const { value } = useLive(finishedView)
  const known = useRef<number>(undefined)
  const [text, setText] = useState('')
  const newest = value?.rows[0]
  const at = newest?.completedAt ?? 0
  const name = newest?.name ?? ''
  const isLoaded = value !== undefined
  useEffect(() => {
    if (!isLoaded) return
    if (known.current !== undefined && at > known.current) setText(t('live.finished', { name }))
    known.current = Math.max(at, known.current ?? 0)
  }, [isLoaded, at, name])
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  )
}
