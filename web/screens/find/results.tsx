import type { FoundQuery, FoundRow } from '@kith/api/find.ts'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { ReactNode } from 'react'
import { useRef, useState } from 'react'
import { useClient } from '../../api.ts'
import { t } from '../../i18n/t.ts'
import { useRowKeys } from '../../keys/use-row-keys.ts'
import { useLiveWindow } from '../../live/use-live.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { windowAround } from '../../transfers/search.ts'
import { useTell } from '../../ui/toasts.tsx'
import { FoundLine } from './found-line.tsx'

const rowPixels = 60

export interface ResultsProps {
  readonly id: string
  readonly query: FoundQuery
  readonly isAsking: boolean
}

/** What was found, of which only the rows on screen are asked for. */
export function Results({ id, query, isAsking }: ResultsProps): ReactNode {
  const client = useClient()
  const tell = useTell()
  const { open } = useDialogs()
  const scroller = useRef<HTMLUListElement>(null)
  const [range, setRange] = useState({ from: 0, count: 50 })
  const shown = useLiveWindow({ view: 'found', id, query: { ...query, ...range } })
  const total = shown?.total ?? 0
  // oxlint-disable-next-line react/incompatible-library -- the page is not built with the compiler of React
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 8,
    onChange(instance) {
      const items = instance.getVirtualItems()
      const next = windowAround(items[0]?.index ?? 0, items.at(-1)?.index ?? 0)
      setRange((before) => (before.from === next.from && before.count === next.count ? before : next))
    },
  })
  const rowAt = (index: number): FoundRow | undefined => shown?.rows[index - shown.from]
  /** What is in it is read first, which may take a while. */
  const getFolder = ({ row, name }: FoundRow): void => {
    tell.done(t('find.lookingInto', { name }))
    void client
      .call('getFoundFolder', { params: { id, row: String(row) }, body: {} })
      .then(({ added }) => tell.done(t('find.folderAdded', { count: added, name })), tell.failed)
  }
  const get = (row: FoundRow): void => {
    if (row.medium === 'folder') return getFolder(row)
    void client
      .call('getFound', { params: { id, row: String(row.row) }, body: {} })
      .then(
        ({ transfer, duplicate }) =>
          tell.done(
            duplicate
              ? t('toast.duplicate', { name: transfer.name })
              : t('toast.added', { count: 1, name: transfer.name }),
          ),
        tell.failed,
      )
  }
  const active = useRowKeys({
    scroller,
    total,
    reach: (index) => virtualizer.scrollToIndex(index),
    enter(index) {
      const row = rowAt(index)
      if (row !== undefined) get(row)
    },
    leave: () => {
      if (isAsking) void client.call('stopSearch', { params: { id } }).catch(tell.failed)
    },
  })
  return (
    <ul
      ref={scroller}
      aria-label={t('find.results')}
      aria-busy={shown === undefined}
      className="relative min-h-0 grow overflow-y-auto border-t border-line bg-card"
      data-testid="found"
    >
      <li aria-hidden style={{ height: virtualizer.getTotalSize() }} />
      {virtualizer.getVirtualItems().map(({ index, start }) => {
        const row = rowAt(index)
        return row === undefined ? null : (
          <FoundLine
            key={row.row}
            row={row}
            index={index}
            top={start}
            height={rowPixels}
            isActive={index === active}
            onGet={() => get(row)}
            onHolders={() => open({ kind: 'holders', search: id, row })}
          />
        )
      })}
    </ul>
  )
}
