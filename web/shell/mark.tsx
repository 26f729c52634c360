import type { ReactNode } from 'react'

/** The sign of Kith, as in `public/icon.svg`; drawn here, so that it stands when the daemon is gone. */
export function Mark({ size = 26 }: { readonly size?: number }): ReactNode {
  return (
    <svg viewBox="0 0 64 64" width={size} height={size} aria-hidden="true">
      <rect width="64" height="64" rx="14" fill="#2b50c8" />
      <path d="M22 20v24M22 34l18-14M22 34l18 12" fill="none" stroke="#fff" strokeWidth="4" strokeLinecap="round" />
      <g fill="#fff">
        <circle cx="22" cy="18" r="5" />
        <circle cx="22" cy="46" r="5" />
        <circle cx="43" cy="19" r="5" />
        <circle cx="43" cy="47" r="5" />
      </g>
    </svg>
  )
}
