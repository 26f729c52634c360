import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import { Dialog } from '../ui/dialog.tsx'
import { exact, furtherScreens } from './nav.tsx'

/** On a phone: the screens that the bar below has no room for. */
export function MoreSheet({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title={t('nav.more')} onClose={onClose}>
      <nav aria-label={t('nav.further')} className="grid grid-cols-2 gap-2">
        {furtherScreens.map(({ id, to, icon: Icon }) => (
          <Link
            key={id}
            to={to}
            activeOptions={exact}
            onClick={onClose}
            data-testid={`nav-${id}-sheet`}
            className="flex min-h-14 items-center gap-3 rounded-xl border border-line px-4 text-sm font-medium hover:bg-hover aria-[current=page]:bg-chosen"
          >
            <Icon size={20} aria-hidden />
            {t(`nav.${id}`)}
          </Link>
        ))}
      </nav>
    </Dialog>
  )
}
