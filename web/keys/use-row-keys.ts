import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { isCovered, isTyping } from './chords.ts'

export interface RowKeys {
  /** Where the rows are, each marked with `data-index`. */
  readonly scroller: React.RefObject<HTMLElement | null>
  readonly total: number
  /** Scrolls to a row that may not be drawn. */
  readonly reach: (index: number) => void
  readonly enter: (index: number) => void
  readonly leave?: () => void
}

/** Keys of a list, which give the active row: j, k and the arrows lead from row to row, Enter does what a row is for, Esc leaves. */
export function useRowKeys(keys: RowKeys): number {
  const [active, setActive] = useState(0)
  /** The row that gets the focus as soon as it is drawn. */
  const awaited = useRef<number>(undefined)
  const focus = (index: number): void => {
    const row = keys.scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)
    awaited.current = row === null || row === undefined ? index : undefined
    row?.focus({ preventScroll: true })
  }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping(event.target) || isCovered()) return
    const target = event.target as HTMLElement
    const isRow = target.matches('[data-index]')
    const isFree = target === document.body || target.id === 'content' || target === keys.scroller.current
    if (event.key === 'Escape') return keys.leave?.()
    if (!isRow && !isFree) return
    const to =
      event.key === 'j' || event.key === 'ArrowDown'
        ? active + (isRow ? 1 : 0)
        : event.key === 'k' || event.key === 'ArrowUp'
          ? active - 1
          : undefined
    if (to !== undefined && keys.total > 0) {
      event.preventDefault()
      const index = Math.max(0, Math.min(keys.total - 1, to))
      setActive(index)
      keys.reach(index)
      focus(index)
    } else if (event.key === 'Enter' && isRow) {
      event.preventDefault()
      keys.enter(active)
    }
  })
  // Whoever clicks or tabs into a row goes on from there.
  const onFocus = useEffectEvent(({ target }: FocusEvent) => {
    const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
    if (row !== null && keys.scroller.current?.contains(row) === true) setActive(Number(row.dataset['index']))
  })
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => onKey(event)
    const entered = (event: FocusEvent): void => onFocus(event)
    window.addEventListener('keydown', pressed)
    window.addEventListener('focusin', entered)
    return () => {
      window.removeEventListener('keydown', pressed)
      window.removeEventListener('focusin', entered)
    }
  }, [])
  useEffect(() => {
    if (awaited.current !== undefined) focus(awaited.current)
  })
  return active
}
