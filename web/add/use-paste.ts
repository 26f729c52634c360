import { useEffect } from 'react'
import { isCovered, isTyping } from '../keys/chords.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { linksIn } from './links.ts'

/** Ctrl+V anywhere: links and documents on the clipboard open the Add dialog. */
export function usePaste(): void {
  const { open } = useDialogs()
  useEffect(() => {
    function onPaste(event: ClipboardEvent): void {
      if (isTyping(event.target) || isCovered()) return
      const links = linksIn(event.clipboardData?.getData('text') ?? '')
      const documents = [...(event.clipboardData?.files ?? [])]
      if (links.length === 0 && documents.length === 0) return
      event.preventDefault()
      open({ kind: 'add', start: { links, documents } })
    }
    window.addEventListener('paste', onPaste)
    return () => window.removeEventListener('paste', onPaste)
  }, [open])
}
