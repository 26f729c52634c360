import type { ReactNode } from 'react'
import { useMemo } from 'react'
import { encodeQR } from 'qr'

/** A QR code, black on white in every theme, for cameras want it so. */
export function Qr({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const { path, side } = useMemo(() => drawn(text), [text])
  return (
    <figure>
      <figcaption className="sr-only">{label}</figcaption>
      <svg
        aria-hidden
        viewBox={`0 0 ${side} ${side}`}
        shapeRendering="crispEdges"
        className="mx-auto w-full max-w-64 rounded-lg bg-[#fff]"
        data-testid="qr"
      >
        <path d={path} fill="#000" />
      </svg>
    </figure>
  )
}

/** One path of all dark squares, a row at a time; the border of four is part of the code (ISO/IEC 18004). */
function drawn(text: string): { readonly path: string; readonly side: number } {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
  return { path, side: rows.length }
}
