import type { PriorityWord, TransferFile } from '@kith/api/transfer-parts.ts'
import { priorityWords } from '@kith/api/transfer-parts.ts'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { ReactNode } from 'react'
import { useRef, useState } from 'react'
import { useClient } from '../api.ts'
import { percent, size } from '../format.ts'
import { t } from '../i18n/t.ts'
import { useLiveWindow } from '../live/use-live.ts'
import { windowAround } from '../transfers/search.ts'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'
import { Select } from '../ui/field.tsx'
import { useTell } from '../ui/toasts.tsx'

const rowPixels = 52

/** The files of a transfer, of which only those on screen are asked for. */
export function Files({ id }: { readonly id: string }): ReactNode {
  const client = useClient()
  const tell = useTell()
  const scroller = useRef<HTMLDivElement>(null)
  const [range, setRange] = useState({ from: 0, count: 50 })
  const shown = useLiveWindow({ view: 'files', id, query: range })
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  // oxlint-disable-next-line react/incompatible-library -- the page is not built with the compiler of React
  const virtualizer = useVirtualizer({
    count: shown?.total ?? 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    overscan: 6,
    onChange(instance) {
      const items = instance.getVirtualItems()
      const next = windowAround(items[0]?.index ?? 0, items.at(-1)?.index ?? 0)
      setRange((before) => (before.from === next.from && before.count === next.count ? before : next))
    },
  })

  const prioritise = (files: readonly TransferFile[] | readonly number[], priority: PriorityWord): void => {
    const indices = files.map((file) => (typeof file === 'number' ? file : file.index))
    client.call('prioritise', { params: { id }, body: { files: indices, priority } }).catch(tell.failed)
  }

  if (shown === undefined) return null
  if (shown.total === 0) return <Empty title={t('files.none')} />
  return (
    <>
      {chosen.size === 0 ? null : (
        <div
          role="toolbar"
          aria-label={t('files.chosen', { count: chosen.size })}
          className="flex flex-wrap items-center gap-1 border-b border-line bg-chosen px-3 py-1 text-sm"
        >
          <span className="px-1 font-medium">{t('files.chosen', { count: chosen.size })}</span>
          {priorityWords.map((word) => (
            <Button key={word} kind="quiet" onClick={() => prioritise([...chosen], word)}>
              {t(`priority.${word}`)}
            </Button>
          ))}
          <Button kind="quiet" onClick={() => setChosen(new Set())}>
            {t('bulk.none')}
          </Button>
        </div>
      )}
      <div ref={scroller} className="min-h-0 grow overflow-y-auto">
        <ul className="relative" style={{ height: virtualizer.getTotalSize() }} aria-label={t('details.files')}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const file = shown.rows[index - shown.from]
            return (
              <li
                key={index}
                className="absolute inset-x-0 flex items-center gap-2 border-b border-line px-3"
                style={{ top: start, height: rowPixels }}
                aria-setsize={shown.total}
                aria-posinset={index + 1}
              >
                {file === undefined ? null : (
                  <FileRow
                    file={file}
                    isChosen={chosen.has(file.index)}
                    onChoose={(on) => {
                      const next = new Set(chosen)
                      if (on) next.add(file.index)
                      else next.delete(file.index)
                      setChosen(next)
                    }}
                    onPriority={(word) => prioritise([file], word)}
                  />
                )}
              </li>
            )
          })}
        </ul>
      </div>
    </>
  )
}

interface FileRowProps {
  readonly file: TransferFile
  readonly isChosen: boolean
  readonly onChoose: (on: boolean) => void
  readonly onPriority: (word: PriorityWord) => void
}

function FileRow({ file, isChosen, onChoose, onPriority }: FileRowProps): ReactNode {
  const slash = file.path.lastIndexOf('/')
  const share = file.size === 0 ? 1 : file.had / file.size
  return (
    <>
      <input
        type="checkbox"
        aria-label={t('row.choose', { name: file.path })}
        checked={isChosen}
        onChange={(event) => onChoose(event.target.checked)}
        className="size-4 shrink-0 accent-accent"
      />
      <div className={`min-w-0 grow ${file.priority === 'skip' ? 'text-muted' : ''}`}>
        <p className="truncate text-sm" title={file.path}>
          {file.path.slice(slash + 1)}
        </p>
        <p className="truncate text-xs text-muted">
          {[file.path.slice(0, Math.max(0, slash)), size(file.size), percent(share)]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
      </div>
      <Select
        aria-label={t('files.priority', { name: file.path })}
        value={file.priority}
        onChange={(event) => onPriority(event.target.value as PriorityWord)}
        className="w-28 shrink-0"
      >
        {priorityWords.map((word) => (
          <option key={word} value={word}>
            {t(`priority.${word}`)}
          </option>
        ))}
      </Select>
    </>
  )
}
