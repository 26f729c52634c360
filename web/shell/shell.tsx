import { Outlet, useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { DropZone } from '../add/drop-zone.tsx'
import { usePaste } from '../add/use-paste.ts'
import { t } from '../i18n/t.ts'
import { usePageKeys } from '../keys/use-keys.ts'
import { useConnection } from '../live/use-live.ts'
import type { OpenDialog } from './dialogs.ts'
import { DialogsContext } from './dialogs.ts'
import { Finished } from './finished.tsx'
import { BottomBar, screens, SideBar } from './nav.tsx'
import { TopBar } from './top-bar.tsx'

const loadDialogs = () => import('./all-dialogs.tsx')
const AllDialogs = lazy(async () => ({ default: (await loadDialogs()).AllDialogs }))

/** The rest of the page is loaded this long after its beginning, in milliseconds. */
const restMs = 1_000

/** Loads what other screens need before they are asked for, so that they open at once, even when the daemon is gone. */
function useWholePage(): void {
  const router = useRouter()
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const { to } of screens) void router.preloadRoute({ to })
      loadDialogs().catch(() => {})
    }, restMs)
    return () => clearTimeout(timer)
  }, [router])
}

/** What stands around every screen. */
export function Shell(): ReactNode {
  const [current, setCurrent] = useState<OpenDialog>()
  const dialogs = useMemo(() => ({ current, open: setCurrent, close: () => setCurrent(undefined) }), [current])
  return (
    <DialogsContext value={dialogs}>
      <Frame />
      {current === undefined ? null : (
        <Suspense>
          <AllDialogs />
        </Suspense>
      )}
      <DropZone />
    </DialogsContext>
  )
}

function Frame(): ReactNode {
  usePageKeys()
  usePaste()
  useWholePage()
  const isGone = useConnection().kind === 'gone'
  return (
    <div className="flex h-full">
      <a
        href="#content"
        className="sr-only z-50 rounded-lg bg-raised px-4 py-2 text-accent focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t('shell.skip')}
      </a>
      <SideBar />
      <div className="flex min-w-0 grow flex-col">
        <TopBar />
        <main
          id="content"
          tabIndex={-1}
          className={`flex min-h-0 grow flex-col outline-none ${isGone ? 'grayscale' : ''}`}
          data-testid="content"
        >
          <Outlet />
        </main>
        <BottomBar />
      </div>
      <Finished />
    </div>
  )
}
