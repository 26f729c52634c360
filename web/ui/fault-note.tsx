import type { ReactNode } from 'react'
import { faultText } from './toasts.tsx'

/** What went wrong, and what helps; nothing when nothing did. */
export function FaultNote({ error }: { readonly error: unknown }): ReactNode {
  if (error === null || error === undefined) return null
  const { text, hint } = faultText(error)
  return <Note text={text} hint={hint} />
}

export function Note({ text, hint }: { readonly text: string; readonly hint?: string | undefined }): ReactNode {
  return (
    <div role="alert" className="mb-3 rounded-lg border border-bad px-3 py-2 text-sm break-words" data-testid="fault">
      <p className="font-medium text-bad">{text}</p>
      {hint === undefined ? null : <p className="mt-0.5">{hint}</p>}
    </div>
  )
}
