import { useRouterState } from '@tanstack/react-router'
import { FileDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useState } from 'react'
import { t } from '../i18n/t.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { linksIn } from './links.ts'

/** The whole page takes documents and links that are dropped on it. */
export function DropZone(): ReactNode {
  const { open } = useDialogs()
  const [isOver, setOver] = useState(false)
  const isNearby = useRouterState({ select: ({ location }) => location.pathname === '/nearby' })
  useEffect(() => {
    let depth = 0
    const takes = ({ dataTransfer }: DragEvent): boolean =>
      dataTransfer !== null &&
      ['Files', 'text/uri-list', 'text/plain'].some((type) => dataTransfer.types.includes(type))
    function onEnter(event: DragEvent): void {
      if (!takes(event)) return
      depth++
      setOver(true)
    }
    function onLeave(): void {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    function onOver(event: DragEvent): void {
      if (takes(event)) event.preventDefault()
    }
    function onDrop(event: DragEvent): void {
      depth = 0
      setOver(false)
      if (!takes(event) || event.defaultPrevented) return
      event.preventDefault()
      const documents = [...event.dataTransfer!.files]
      const text = `${event.dataTransfer!.getData('text/uri-list')}\n${event.dataTransfer!.getData('text/plain')}`
      const links = linksIn(text)
      if (links.length > 0 || documents.length > 0) open({ kind: 'add', start: { links, documents } })
    }
    window.addEventListener('dragenter', onEnter)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('dragover', onOver)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragenter', onEnter)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('drop', onDrop)
    }
  }, [open])
  if (!isOver) return null
  if (isNearby) {
    // The devices have to be seen: each takes files itself.
    return (
      <output
        className="pointer-events-none fixed inset-x-3 bottom-16 z-50 rounded-xl border-2 border-dashed border-accent bg-page/95 p-3 text-center text-sm font-semibold"
        data-testid="drop-hint"
      >
        {t('nearby.dropHint')}
      </output>
    )
  }
  return (
    <div
      className="pointer-events-none fixed inset-3 z-50 flex flex-col items-center justify-center gap-3 rounded-2xl border-4 border-dashed border-accent bg-page/90 text-lg font-semibold"
      data-testid="drop-zone"
    >
      <FileDown size={48} aria-hidden className="text-accent" />
      {t('add.drop')}
    </div>
  )
}
