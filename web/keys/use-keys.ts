import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useDialogs } from '../shell/dialogs.ts'
import { useTheme } from '../shell/theme.ts'
import { chords, isCovered, isTyping } from './chords.ts'

/** A chord has to be finished within this time, in milliseconds. */
const chordMs = 1_500

/** Keys that work on every screen. */
export function usePageKeys(): void {
  const navigate = useNavigate()
  const { open } = useDialogs()
  const [, nextTheme] = useTheme()
  const chordUntil = useRef(0)

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || isCovered()) return
      const { key } = event
      if (event.timeStamp < chordUntil.current) {
        chordUntil.current = 0
        if (key in chords) {
          event.preventDefault()
          void navigate({ to: chords[key as keyof typeof chords] })
          return
        }
      }
      switch (key) {
        case 'g':
          chordUntil.current = event.timeStamp + chordMs
          return
        case '/': {
          const filter = document.querySelector<HTMLInputElement>('[data-filter]')
          event.preventDefault()
          if (filter === null) return void navigate({ to: '/find' })
          filter.focus()
          filter.select()
          return
        }
        case 'a':
          event.preventDefault()
          open({ kind: 'add', start: {} })
          return
        case 't':
          nextTheme()
          return
        case '?':
          event.preventDefault()
          open({ kind: 'help' })
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [navigate, open, nextTheme])
}
