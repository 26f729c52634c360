import type { SpeedHistory } from '@kith/api/status.ts'
import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { duration, fullRate } from '../../format.ts'
import { t } from '../../i18n/t.ts'
import { useLive } from '../../live/use-live.ts'
import { useTheme } from '../../shell/theme.ts'

const heightPixels = 170

/** The rates of the last minutes; a canvas keeps its colours, so another theme draws another one. */
export function SpeedGraph(): ReactNode {
  const [theme] = useTheme()
  return <Graph key={theme} />
}

function Graph(): ReactNode {
  const { value } = useLive({ view: 'speed' })
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const made = new uPlot(options(element), dataOf(undefined), element)
    plot.current = made
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: heightPixels }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [])
  useEffect(() => plot.current?.setData(dataOf(value)), [value])

  return (
    <figure
      aria-label={t('home.graph', {
        down: fullRate(value?.down.at(-1) ?? 0),
        up: fullRate(value?.up.at(-1) ?? 0),
      })}
    >
      <div ref={box} aria-hidden />
      <figcaption className="mt-1 flex justify-center gap-5 text-xs text-muted">
        <Key className="bg-accent" text={t('speed.down')} />
        <Key className="bg-good" text={t('speed.up')} />
      </figcaption>
    </figure>
  )
}

function Key({ className, text }: { readonly className: string; readonly text: string }): ReactNode {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span aria-hidden className={`h-1 w-4 rounded ${className}`} />
      {text}
    </span>
  )
}

function dataOf(history: SpeedHistory | undefined): uPlot.AlignedData {
  const down = history?.down ?? []
  const up = history?.up ?? []
  const length = Math.max(down.length, up.length)
  return [Array.from({ length }, (_, at) => at - length + 1), [...down], [...up]]
}

/** A colour of the theme as the canvas understands it. */
function colour(element: HTMLElement, name: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(--color-${name})`
  element.append(probe)
  const found = getComputedStyle(probe).color
  probe.remove()
  return found
}

function options(element: HTMLElement): uPlot.Options {
  const axis = { stroke: colour(element, 'muted'), font: '11px system-ui', ticks: { show: false } }
  const grid = { stroke: colour(element, 'line'), width: 1 }
  const line = (name: string): uPlot.Series => ({ stroke: colour(element, name), width: 2, points: { show: false } })
  return {
    width: element.clientWidth,
    height: heightPixels,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, Math.max(1_000, high * 1.1)] } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 90,
        incrs: [30, 60, 120, 300, 600],
        values: (_plot, values) =>
          values.map((value) => (value === 0 ? t('home.now') : t('home.before', { time: duration(-value) }))),
      },
      { ...axis, grid, size: 74, space: 40, values: (_plot, values) => values.map(fullRate) },
    ],
    series: [{}, line('accent'), line('good')],
  }
}
