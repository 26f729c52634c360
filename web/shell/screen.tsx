import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'

export interface ScreenProps {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
  /** The screen scrolls by itself; lists that fill the screen do it inside. */
  readonly scrolls?: boolean
}

/** A screen: its name, what can be done on it, and what it shows. */
export function Screen({ title, actions, children, scrolls = true }: ScreenProps): ReactNode {
  return (
    <>
      <title>{t('app.title', { title })}</title>
      <div className="flex flex-wrap items-center gap-2 px-4 pt-3 pb-2 md:px-5">
        <h1 className="grow text-lg font-semibold">{title}</h1>
        {actions}
      </div>
      {scrolls ? (
        <div className="relative min-h-0 grow overflow-y-auto px-4 pt-1 pb-8 md:px-5">{children}</div>
      ) : (
        children
      )}
    </>
  )
}
