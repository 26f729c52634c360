/** Rows that are chosen, and the row from which a range is drawn. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly anchor?: number
}

export const nothingChosen: Selection = { ids: new Set() }

/** Chooses one row only. */
export function choose(id: string, index: number): Selection {
  return { ids: new Set([id]), anchor: index }
}

/** Adds the row, or takes it away. */
export function toggle(selection: Selection, id: string, index: number): Selection {
  const ids = new Set(selection.ids)
  if (!ids.delete(id)) ids.add(id)
  return { ids, anchor: index }
}

/** Adds all rows between the anchor and `index`; `idAt` knows those that were loaded. */
export function extend(selection: Selection, index: number, idAt: (index: number) => string | undefined): Selection {
  const anchor = selection.anchor ?? index
  const ids = new Set(selection.ids)
  for (let at = Math.min(anchor, index); at <= Math.max(anchor, index); at++) {
    const id = idAt(at)
    if (id !== undefined) ids.add(id)
  }
  return { ids, anchor }
}
