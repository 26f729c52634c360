import { Globe, GlobeLock } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'

/** Whether others reach this machine from beyond the router, and what helps where they do not. */
export function OutsideNote(): ReactNode {
  const { value } = useLive({ view: 'status' })
  if (value === undefined) return null
  const { outside, outsideV6, port } = value
  const { state, address = '', by = '', message = '', hint } = outside
  const Icon = state === 'mapped' ? Globe : GlobeLock
  return (
    <p className="mb-4 flex items-start gap-2 text-sm text-muted" data-testid="outside">
      <Icon size={18} aria-hidden className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        {t(`networks.outside.${state}`, { port, address, by, message })}
        {hint === undefined ? null : ` ${hint}`}
        {outsideV6.state === 'mapped' || outsideV6.state === 'not'
          ? ` ${t(`networks.outside.v6.${outsideV6.state}`, { address: outsideV6.address ?? '', by: outsideV6.by ?? '' })}`
          : null}
      </span>
    </p>
  )
}
