import type { Status } from '@kith/api/status.ts'
import { Link, useLocation } from '@tanstack/react-router'
import {
  ArrowDownUp,
  Ellipsis,
  House,
  LibraryBig,
  MessagesSquare,
  MonitorSmartphone,
  Network,
  ScrollText,
  Search,
  Settings,
} from 'lucide-react'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { count } from '../format.ts'
import { t } from '../i18n/t.ts'
import { useLive } from '../live/use-live.ts'
import { useDialogs } from './dialogs.ts'
import { Mark } from './mark.tsx'

export interface ScreenLink {
  readonly id: 'home' | 'find' | 'transfers' | 'library' | 'talk' | 'nearby' | 'networks' | 'settings' | 'log'
  readonly to: string
  readonly icon: LucideIcon
}

export const screens: readonly ScreenLink[] = [
  { id: 'home', to: '/', icon: House },
  { id: 'find', to: '/find', icon: Search },
  { id: 'transfers', to: '/transfers', icon: ArrowDownUp },
  { id: 'library', to: '/library', icon: LibraryBig },
  { id: 'talk', to: '/talk', icon: MessagesSquare },
  { id: 'nearby', to: '/nearby', icon: MonitorSmartphone },
  { id: 'networks', to: '/networks', icon: Network },
  { id: 'settings', to: '/settings', icon: Settings },
  { id: 'log', to: '/log', icon: ScrollText },
]

/** What a thumb reaches at once on a phone; the others are behind More. */
const atHand: ReadonlySet<string> = new Set(['home', 'find', 'transfers', 'nearby'])
export const furtherScreens: readonly ScreenLink[] = screens.filter(({ id }) => !atHand.has(id))

export const exact = { exact: true, includeSearch: false } as const

export function SideBar(): ReactNode {
  const { value: status } = useLive({ view: 'status' })
  return (
    <nav
      aria-label={t('nav.label')}
      className="hidden w-52 shrink-0 flex-col gap-1 border-r border-line bg-card p-3 md:flex"
    >
      <div className="mb-3 flex items-center gap-2.5 px-2 py-1 text-lg font-semibold">
        <Mark />
        {t('app.name')}
      </div>
      {screens.map(({ id, to, icon: Icon }) => (
        <Link
          key={id}
          to={to}
          activeOptions={exact}
          data-testid={`nav-${id}`}
          className="touch flex min-h-9 items-center gap-3 rounded-lg px-3 text-sm font-medium text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-chosen aria-[current=page]:text-text"
        >
          <Icon size={18} aria-hidden />
          <span className="grow">{t(`nav.${id}`)}</span>
          {id === 'talk' ? <Unread /> : <Figure id={id} status={status} />}
        </Link>
      ))}
      <p className="mt-auto px-3 text-xs break-words text-muted">{status?.device}</p>
    </nav>
  )
}

function Figure({ id, status }: { readonly id: string; readonly status: Status | undefined }): ReactNode {
  if (status === undefined) return null
  if (id === 'transfers' && (status.transfers['all'] ?? 0) > 0)
    return <span className="text-xs">{count(status.transfers['all']!)}</span>
  if (id === 'networks')
    return <span className="text-xs">{t('nav.networksOn', { on: status.networks.on, all: status.networks.all })}</span>
  return null
}

/** How much was said in private and not seen; a dot when only rooms have something new. */
function Unread(): ReactNode {
  const { value } = useLive({ view: 'unread' })
  if (value === undefined || value.rooms === 0) return null
  return (
    <span
      data-testid="nav-unread"
      className={
        value.talks > 0
          ? 'inline-flex min-w-5 justify-center rounded-full bg-accent px-1.5 text-xs font-semibold text-on-accent'
          : 'size-2 rounded-full bg-accent'
      }
    >
      {value.talks > 0 ? count(value.talks) : null}
      <span className="sr-only"> {t('talk.unread')}</span>
    </span>
  )
}

const thumb =
  'flex min-h-14 min-w-0 flex-col items-center justify-center gap-1 text-[0.6875rem] font-medium text-muted aria-[current=page]:text-accent'

export function BottomBar(): ReactNode {
  const { current, open } = useDialogs()
  const { pathname } = useLocation()
  const isFurther = furtherScreens.some(({ to }) => to === pathname)
  return (
    <nav
      aria-label={t('nav.label')}
      className="grid grid-cols-5 border-t border-line bg-card pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {screens
        .filter(({ id }) => atHand.has(id))
        .map(({ id, to, icon: Icon }) => (
          <Link key={id} to={to} activeOptions={exact} data-testid={`nav-${id}-small`} className={thumb}>
            <Icon size={20} aria-hidden />
            <span className="max-w-full truncate">{t(`nav.${id}`)}</span>
          </Link>
        ))}
      <button
        type="button"
        aria-haspopup="dialog"
        aria-expanded={current?.kind === 'more'}
        data-testid="nav-more-small"
        className={`${thumb} ${isFurther ? 'text-accent' : ''}`}
        onClick={() => open({ kind: 'more' })}
      >
        <span className="relative">
          <Ellipsis size={20} aria-hidden />
          <span className="absolute -top-1 left-full">
            <Unread />
          </span>
        </span>
        <span className="max-w-full truncate">{t('nav.more')}</span>
      </button>
    </nav>
  )
}
