import type { ReactNode } from 'react'
import { Fragment } from 'react'
import type { TextKey } from '../i18n/t.ts'
import { t } from '../i18n/t.ts'
import { Dialog } from '../ui/dialog.tsx'

const keys: readonly (readonly [readonly string[], TextKey])[] = [
  [['/'], 'keys.filter'],
  [['a'], 'keys.add'],
  [['Ctrl', 'V'], 'keys.paste'],
  [['g', 'h'], 'nav.home'],
  [['g', 'f'], 'nav.find'],
  [['g', 't'], 'nav.transfers'],
  [['g', 'l'], 'nav.library'],
  [['g', 'c'], 'nav.talk'],
  [['g', 'w'], 'nav.nearby'],
  [['g', 'n'], 'nav.networks'],
  [['g', 's'], 'nav.settings'],
  [['g', 'o'], 'nav.log'],
  [['j', '↓'], 'keys.down'],
  [['k', '↑'], 'keys.up'],
  [['x'], 'keys.choose'],
  [['Enter'], 'keys.details'],
  [['Space'], 'keys.pause'],
  [['Del'], 'keys.remove'],
  [['Esc'], 'keys.back'],
  [['t'], 'keys.theme'],
  [['?'], 'keys.help'],
]

export function HelpDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title={t('help.title')} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2 text-sm">
        {keys.map(([caps, key]) => (
          <Fragment key={caps.join(' ')}>
            <dt className="flex gap-1">
              {caps.map((cap) => (
                <kbd key={cap} className="min-w-7 rounded border border-edge bg-page px-1.5 py-0.5 text-center text-xs">
                  {cap}
                </kbd>
              ))}
            </dt>
            <dd>{t(key)}</dd>
          </Fragment>
        ))}
      </dl>
    </Dialog>
  )
}
