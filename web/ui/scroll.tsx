import type { ReactNode } from 'react'

/** A list that scrolls and that the keyboard can scroll too, though nothing in it takes the focus. */
export function Scroll({
  label,
  className,
  children,
}: {
  readonly label: string
  readonly className?: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <section
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- without it the keyboard could not scroll
      tabIndex={0}
      aria-label={label}
      className={`min-h-0 grow overflow-y-auto outline-offset-[-2px] ${className ?? ''}`}
    >
      {children}
    </section>
  )
}
