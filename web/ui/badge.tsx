import type { ReactNode } from 'react'
import { networkName } from '../network-name.ts'

/** Hue of a network's badge; those without one of their own are grey. */
const hues: Readonly<Record<string, number>> = {
  neighbours: 165,
  bittorrent: 255,
  directconnect: 305,
  edonkey: 55,
  gnutella: 135,
  freenet: 20,
}

/** A letter on the colour of its network, so that colour is never all there is. */
export function NetworkBadge({ id }: { readonly id: string }): ReactNode {
  const hue = hues[id]
  const chroma = hue === undefined ? 0 : 0.09
  return (
    <span
      title={networkName(id)}
      className="inline-flex size-5 shrink-0 items-center justify-center rounded text-xs font-bold uppercase"
      style={{
        background: `light-dark(oklch(0.93 ${chroma / 2} ${hue ?? 0}), oklch(0.35 ${chroma} ${hue ?? 0}))`,
        color: `light-dark(oklch(0.36 ${chroma} ${hue ?? 0}), oklch(0.93 ${chroma / 2} ${hue ?? 0}))`,
      }}
    >
      <span aria-hidden>{id.slice(0, 1)}</span>
      <span className="sr-only">{networkName(id)}</span>
    </span>
  )
}

/** A small word that stands beside a name. */
export function Tag({
  children,
  tone = 'plain',
}: {
  readonly children: ReactNode
  readonly tone?: 'plain' | 'warn'
}): ReactNode {
  return (
    <span
      className={`inline-flex shrink-0 items-center rounded border px-1.5 py-px text-xs font-normal ${tone === 'warn' ? 'border-warn text-warn' : 'border-line text-muted'}`}
    >
      {children}
    </span>
  )
}
