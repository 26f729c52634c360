import { ArrowDown, ArrowUp, CircleHelp, Moon, Plus, Sun, SunMoon } from 'lucide-react'
import type { ReactNode } from 'react'
import { clockTime, fullRate } from '../format.ts'
import { t } from '../i18n/t.ts'
import { useConnection, useLive } from '../live/use-live.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { useDialogs } from './dialogs.ts'
import { Mark } from './mark.tsx'
import { SearchBox } from './search-box.tsx'
import type { Theme } from './theme.ts'
import { useTheme } from './theme.ts'

const themeIcons: Readonly<Record<Theme, ReactNode>> = {
  system: <SunMoon size={18} aria-hidden />,
  light: <Sun size={18} aria-hidden />,
  dark: <Moon size={18} aria-hidden />,
}

export function TopBar(): ReactNode {
  const { open } = useDialogs()
  const [theme, nextTheme] = useTheme()
  return (
    <header className="flex items-center gap-2 border-b border-line bg-card px-3 py-2 md:px-5">
      <span className="md:hidden">
        <Mark />
      </span>
      <Button
        kind="main"
        icon={<Plus size={18} aria-hidden />}
        data-testid="add-open"
        onClick={() => open({ kind: 'add', start: {} })}
      >
        {t('add.open')}
      </Button>
      <SearchBox />
      <div className="grow" />
      <Speeds />
      <LiveDot />
      <span className="hidden sm:contents">
        <IconButton
          label={t('help.open')}
          icon={<CircleHelp size={18} aria-hidden />}
          onClick={() => open({ kind: 'help' })}
        />
      </span>
      <IconButton label={t(`theme.${theme}`)} icon={themeIcons[theme]} onClick={nextTheme} />
    </header>
  )
}

function Speeds(): ReactNode {
  const { value: status } = useLive({ view: 'status' })
  if (status === undefined) return null
  return (
    <p className="flex flex-wrap items-center justify-end gap-x-3 text-xs sm:text-sm">
      <span className="inline-flex items-center gap-1 whitespace-nowrap">
        <ArrowDown size={14} aria-hidden />
        <span className="sr-only">{t('speed.down')}</span>
        {fullRate(status.downRate)}
      </span>
      <span className="inline-flex items-center gap-1 whitespace-nowrap">
        <ArrowUp size={14} aria-hidden />
        <span className="sr-only">{t('speed.up')}</span>
        {fullRate(status.upRate)}
      </span>
    </p>
  )
}

function LiveDot(): ReactNode {
  const connection = useConnection()
  const isGone = connection.kind === 'gone'
  const text = isGone
    ? t('live.gone', { time: clockTime(connection.since) })
    : connection.kind === 'connected'
      ? t('live.connected')
      : t('live.connecting')
  return (
    <output
      className={`inline-flex items-center gap-2 text-xs ${isGone ? 'font-medium text-bad' : 'text-muted'}`}
      data-testid="live"
      data-connected={connection.kind === 'connected'}
    >
      <span
        aria-hidden
        className={`size-2.5 rounded-full ${connection.kind === 'connected' ? 'bg-good' : isGone ? 'bg-bad' : 'bg-edge'}`}
      />
      <span className={isGone ? '' : 'sr-only lg:not-sr-only'}>{text}</span>
    </output>
  )
}
