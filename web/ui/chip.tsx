import type { ReactNode } from 'react'
import { count } from '../format.ts'

/** Something to choose by, that is on or off, with how many there are. */
export function Chip({
  isOn,
  amount,
  onClick,
  children,
}: {
  readonly isOn: boolean
  readonly amount?: number
  readonly onClick: () => void
  readonly children: ReactNode
}): ReactNode {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className="touch inline-flex min-h-8 shrink-0 items-center gap-1.5 rounded-full border border-line bg-card px-3 text-sm hover:bg-hover aria-pressed:border-accent aria-pressed:bg-chosen"
    >
      {children}
      {amount === undefined ? null : <span className="text-xs text-muted">{count(amount)}</span>}
    </button>
  )
}
