import type { ReactNode } from 'react'

/** What a list shows when it has nothing to show. */
export function Empty({
  icon,
  title,
  children,
}: {
  readonly icon?: ReactNode
  readonly title: string
  readonly children?: ReactNode
}): ReactNode {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center text-muted">
      {icon}
      <p className="font-medium text-text">{title}</p>
      {children === undefined ? null : <div className="max-w-prose text-sm">{children}</div>}
    </div>
  )
}
