import type { ReactNode } from 'react'

/** A list of things nearby. */
export const nearList = 'mb-3 divide-y divide-line rounded-xl border border-line bg-card'

/** A line of such a list: what it is, what there is to say of it, and what can be done with it. */
export function NearRow({
  icon,
  title,
  note,
  children,
}: {
  readonly icon?: ReactNode
  readonly title: ReactNode
  /** One line of smaller words, or more of them in spans of their own. */
  readonly note?: ReactNode
  readonly children?: ReactNode
}): ReactNode {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3 text-sm">
      {icon}
      <span className="min-w-32 grow basis-40">
        <span className="block font-medium break-words">{title}</span>
        {note === undefined ? null : <span className="block break-words text-muted">{note}</span>}
      </span>
      {children}
    </li>
  )
}
