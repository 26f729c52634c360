import { useCallback, useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
const themes: readonly Theme[] = ['system', 'light', 'dark']
const place = 'kith.theme'
const changed = 'kith-theme'

function stored(): Theme {
  const value = localStorage.getItem(place)
  return value === 'light' || value === 'dark' ? value : 'system'
}

/** Puts the kept choice on the page; the system decides where there is none. */
export function applyTheme(): void {
  const theme = stored()
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(changed, listener)
  window.addEventListener('storage', listener)
  return () => {
    window.removeEventListener(changed, listener)
    window.removeEventListener('storage', listener)
  }
}

/** The theme, and a step to the next one. */
export function useTheme(): readonly [Theme, () => void] {
  const theme = useSyncExternalStore(subscribe, stored)
  const next = useCallback(() => {
    const following = themes[(themes.indexOf(stored()) + 1) % themes.length]!
    localStorage.setItem(place, following)
    applyTheme()
    window.dispatchEvent(new Event(changed))
  }, [])
  return [theme, next]
}
