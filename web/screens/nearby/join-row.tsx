import type { ReactNode } from 'react'
import { t } from '../../i18n/t.ts'
import { Button } from '../../ui/button.tsx'
import { useDoing } from './use-near.ts'

/** A line of a list of things nearby. */
export const nearRow = 'flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm'
/** A list of things nearby. */
export const nearList = 'mb-3 divide-y divide-line rounded-xl border border-line bg-card'

/** Something of another device that may be joined. */
export function JoinRow({
  icon,
  title,
  device,
  join,
}: {
  readonly icon: ReactNode
  readonly title: string
  readonly device: string
  readonly join: () => Promise<unknown>
}): ReactNode {
  const doing = useDoing()
  return (
    <li className={nearRow}>
      {icon}
      <span className="min-w-32 grow font-medium">{t('nearby.thingOf', { title, name: device })}</span>
      <Button disabled={doing.isBusy} aria-label={t('nearby.joinNamed', { title })} onClick={() => doing.run(join)}>
        {t('nearby.join')}
      </Button>
    </li>
  )
}
