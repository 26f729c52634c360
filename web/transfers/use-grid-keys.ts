import type { Transfer } from '@kith/api/transfers.ts'
import { useEffect, useEffectEvent } from 'react'
import { isCovered, isTyping } from '../keys/chords.ts'
import type { Selection } from './selection.ts'
import type { Row, TransferActions } from './use-actions.ts'

export interface GridKeys {
  readonly scroller: React.RefObject<HTMLElement | null>
  readonly active: number
  /** Rows that PageUp and PageDown move by. */
  readonly page: number
  readonly total: number
  readonly selection: Selection
  readonly rows: readonly Transfer[]
  readonly actions: TransferActions
  readonly rowAt: (index: number) => Transfer | undefined
  readonly move: (to: number) => void
  readonly pick: (row: Transfer, index: number, how: 'only' | 'toggle' | 'range') => void
  readonly open: (id: string) => void
  readonly leave: () => void
}

/** Keys of the list, from anywhere on the screen where no other thing has them. */
export function useGridKeys(keys: GridKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => handle(event, keys))
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}

function handle(event: KeyboardEvent, keys: GridKeys): void {
  if (event.defaultPrevented || event.metaKey || event.altKey || isTyping(event.target) || isCovered()) return
  const target = event.target as HTMLElement
  const isInside = keys.scroller.current?.contains(target) === true
  const isFree = target === document.body || target.id === 'content'
  if (!isInside && !isFree) {
    if (event.key === 'Escape') keys.leave()
    return
  }
  if (event.ctrlKey) return
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: keys.page, PageUp: -keys.page }[event.key]
  if (step !== undefined || event.key === 'Home' || event.key === 'End') {
    event.preventDefault()
    const to =
      event.key === 'Home' ? 0 : event.key === 'End' ? keys.total - 1 : isInside ? keys.active + step! : keys.active
    const before = keys.rowAt(keys.active)
    if (event.shiftKey && before !== undefined) {
      const index = Math.max(0, Math.min(keys.total - 1, to))
      const row = keys.rowAt(index)
      if (row !== undefined) keys.pick(row, index, 'range')
    }
    keys.move(to)
    return
  }
  if (event.key === 'Escape') {
    keys.leave()
    return
  }
  const row = keys.rowAt(keys.active)
  if (row === undefined) return
  if (event.key === 'x') {
    keys.pick(row, keys.active, 'toggle')
    return
  }
  const loaded = new Map(keys.rows.map((one) => [one.id, one]))
  const chosen: readonly Row[] =
    keys.selection.ids.size > 1 ? [...keys.selection.ids].map((id) => loaded.get(id) ?? { id, name: id }) : [row]
  if (event.key === 'Delete') {
    keys.actions.remove(chosen)
    return
  }
  // These belong to a button that has the focus.
  if (target.closest('button, input, a') !== null) return
  if (event.key === 'Enter') keys.open(row.id)
  else if (event.key === ' ') {
    event.preventDefault()
    const someMove = chosen.some(({ id }) => isMoving(loaded.get(id)))
    if (someMove) keys.actions.pause(chosen)
    else keys.actions.resume(chosen)
  }
}

function isMoving(row: Transfer | undefined): boolean {
  return row !== undefined && row.state !== 'paused' && row.state !== 'trouble' && row.state !== 'done'
}
