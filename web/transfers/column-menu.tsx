import { Columns3 } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../i18n/t.ts'
import { useKept } from '../shell/kept.ts'
import { Menu, MenuChoice } from '../ui/menu.tsx'
import { columns } from './columns.tsx'

export type Visibility = Readonly<Record<string, boolean>>

const usual: Visibility = Object.fromEntries(columns.map(({ id, isHidden }) => [id, isHidden !== true]))

/** Which columns are shown, kept in this browser. */
export function useColumnVisibility(): readonly [Visibility, (visibility: Visibility) => void] {
  const [kept, keep] = useKept<Visibility>('transfers.columns', {})
  return [{ ...usual, ...kept }, keep]
}

export interface ColumnMenuProps {
  readonly visibility: Visibility
  readonly onChange: (visibility: Visibility) => void
}

export function ColumnMenu({ visibility, onChange }: ColumnMenuProps): ReactNode {
  return (
    <span className="hidden md:contents">
      <Menu label={t('transfers.columns')} icon={<Columns3 size={18} aria-hidden />}>
        {columns
          .filter(({ id }) => id !== 'name')
          .map(({ id, title }) => (
            <MenuChoice
              key={id}
              checked={visibility[id] ?? true}
              onChange={(shown) => onChange({ ...visibility, [id]: shown })}
            >
              {t(title)}
            </MenuChoice>
          ))}
      </Menu>
    </span>
  )
}
