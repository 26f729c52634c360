import type { ReactNode } from 'react'

/** The sign of Kith. */
export function Mark({ size = 26 }: { readonly size?: number }): ReactNode {
  return <img src="/icon.svg" alt="" width={size} height={size} className="rounded-md" />
}
