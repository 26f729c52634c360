import type { ReactNode } from 'react'
import type { TransferState } from '@kith/api/transfers.ts'

const tones: Readonly<Record<TransferState, string>> = {
  looking: 'bg-muted',
  checking: 'bg-warn',
  getting: 'bg-accent',
  giving: 'bg-good',
  done: 'bg-good',
  paused: 'bg-edge',
  trouble: 'bg-bad',
}

/** The number beside it says the same in words, so it is hidden from those who listen. */
export function ProgressBar({ share, state }: { readonly share: number; readonly state: TransferState }): ReactNode {
  return (
    <span aria-hidden className="block h-1.5 w-full overflow-hidden rounded-full bg-track">
      <span className={`block h-full rounded-full ${tones[state]}`} style={{ width: `${share * 100}%` }} />
    </span>
  )
}
