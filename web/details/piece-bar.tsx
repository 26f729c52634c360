import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import { percent } from '../format.ts'
import { t } from '../i18n/t.ts'
import { useLive } from '../live/use-live.ts'
import { useTheme } from '../shell/theme.ts'

const buckets = 400

interface PieceBarProps {
  readonly id: string
  readonly share: number
}

/** Which parts are there, from the first byte to the last: the fuller the colour, the more of the part. */
export function PieceBar(props: PieceBarProps): ReactNode {
  const [theme] = useTheme()
  return <Bar key={theme} {...props} />
}

function Bar({ id, share }: PieceBarProps): ReactNode {
  const { value } = useLive({ view: 'pieces', id, buckets })
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    if (canvas.current !== null && value !== undefined) draw(canvas.current, value.buckets)
  }, [value])
  return (
    <canvas
      ref={canvas}
      width={buckets}
      height={1}
      className="h-4 w-full rounded border border-line bg-track accent-accent [image-rendering:pixelated]"
    >
      {t('details.pieceBar', { share: percent(share) })}
    </canvas>
  )
}

function draw(canvas: HTMLCanvasElement, encoded: string): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const parts = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0))
  canvas.width = Math.max(1, parts.length)
  context.clearRect(0, 0, canvas.width, 1)
  context.fillStyle = getComputedStyle(canvas).getPropertyValue('accent-color')
  for (const [at, amount] of parts.entries()) {
    if (amount === 0) continue
    context.globalAlpha = 0.15 + (0.85 * amount) / 255
    context.fillRect(at, 0, 1, 1)
  }
}
