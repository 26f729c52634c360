import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactNode } from 'react'

export interface MenuProps {
  readonly label: string
  readonly icon: ReactNode
  readonly children: ReactNode
  readonly tabIndex?: number
  readonly text?: string
}

const item =
  'flex min-h-9 touch cursor-pointer items-center gap-3 rounded-md px-3 text-sm outline-none data-highlighted:bg-hover data-disabled:opacity-50'

/** A button that opens a list of things to do. */
export function Menu({ label, icon, children, tabIndex, text }: MenuProps): ReactNode {
  return (
    <Base.Root>
      <Base.Trigger
        aria-label={text === undefined ? label : undefined}
        title={label}
        tabIndex={tabIndex}
        className={`touch inline-flex min-h-9 min-w-9 shrink-0 items-center justify-center gap-2 rounded-lg text-sm hover:bg-hover data-popup-open:bg-hover ${text === undefined ? 'text-muted hover:text-text' : 'border border-line bg-card px-3 font-medium'}`}
      >
        {icon}
        {text}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className="z-50 outline-none">
          <Base.Popup
            data-covers
            className="max-h-[var(--available-height)] min-w-48 overflow-y-auto rounded-xl border border-line bg-raised p-1 text-text shadow-xl outline-none"
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export interface MenuItemProps {
  readonly icon?: ReactNode
  readonly children: ReactNode
  readonly onSelect: () => void
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly testId?: string
}

export function MenuItem({
  icon,
  children,
  onSelect,
  danger = false,
  disabled = false,
  testId,
}: MenuItemProps): ReactNode {
  return (
    <Base.Item
      className={`${item} ${danger ? 'text-bad' : ''}`}
      onClick={onSelect}
      disabled={disabled}
      data-testid={testId}
    >
      <span className="inline-flex w-4 shrink-0 justify-center">{icon}</span>
      {children}
    </Base.Item>
  )
}

export interface MenuChoiceProps {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly children: ReactNode
}

/** An item that is on or off. */
export function MenuChoice({ checked, onChange, children }: MenuChoiceProps): ReactNode {
  return (
    <Base.CheckboxItem className={item} checked={checked} onCheckedChange={onChange} closeOnClick={false}>
      <span className="inline-flex w-4 shrink-0 justify-center">
        <Base.CheckboxItemIndicator>
          <Check size={16} aria-hidden />
        </Base.CheckboxItemIndicator>
      </span>
      {children}
    </Base.CheckboxItem>
  )
}

export function MenuLine(): ReactNode {
  return <Base.Separator className="my-1 h-px bg-line" />
}
